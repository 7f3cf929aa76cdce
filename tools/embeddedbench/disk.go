package main

import (
	"errors"
	"os"
	"time"
)

// disk is a file that grows by a page with each fsync, as a journal does.
type disk struct {
	file  *os.File
	taken []time.Duration
}

func openDisk(path string) (*disk, error) {
	file, err := os.Create(path)
	return &disk{file: file}, err
}

func (d *disk) sync() error {
	start := time.Now()
	if _, err := d.file.Write(make([]byte, 4096)); err != nil {
		return err
	}
	err := d.file.Sync()
	d.taken = append(d.taken, time.Since(start))
	return err
}

func (d *disk) median() time.Duration { return median(d.taken) }

func (d *disk) close() error { return errors.Join(d.file.Close(), os.Remove(d.file.Name())) }
