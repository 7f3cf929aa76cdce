package usage_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/bench/usage"
)

// part names what this program is to be when a test starts it again: a parent of 64 MiB with a child of 256 MiB.
const part = "USAGE_TEST_PART"

const parentSize, childSize = 64 << 20, 256 << 20

func TestMain(m *testing.M) {
	switch os.Getenv(part) {
	case "parent":
		held := touched(parentSize)
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), part+"=child")
		err := child.Run()
		runtime.KeepAlive(held)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "child":
		held := touched(childSize)
		spin()
		runtime.KeepAlive(held)
	default:
		os.Exit(m.Run())
	}
}

// touched returns memory that the system has given.
func touched(size int) []byte {
	memory := make([]byte, size)
	for place := 0; place < size; place += 4096 {
		memory[place] = 1
	}
	return memory
}

// work is the user CPU that the child takes at least.
const work = 200 * time.Millisecond

// spin computes until the system has counted that.
func spin() {
	for {
		var own syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil || time.Duration(own.Utime.Nano()) >= work {
			return
		}
		for place := range 1_000_000 {
			sink += place
		}
	}
}

var sink int

// family starts a parent with a larger child.
func family(t *testing.T) *exec.Cmd {
	t.Helper()
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), part+"=parent")
	parent.Stderr = os.Stderr
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	return parent
}

func TestTheMemoryOfAChildIsNotItsParents(t *testing.T) {
	parent := family(t)
	stop := usage.Watch(parent.Process.Pid)
	if err := parent.Wait(); err != nil {
		t.Fatal(err)
	}
	if own := stop(); own < parentSize || own > childSize {
		t.Errorf("the parent had %d MB, want 67 and its program", own/1e6)
	}
	if all, known := usage.Peak(parent.ProcessState); !known || all < childSize {
		t.Errorf("the parent or its child had %d MB, want more than 268", all/1e6)
	}
}

func TestTheTimeOfDescendantsCounts(t *testing.T) {
	idle := exec.CommandContext(t.Context(), "sleep", "60")
	if err := idle.Start(); err != nil {
		t.Fatal(err)
	}
	before, known := usage.Users(os.Getpid())
	if !known {
		t.Fatal("the time of this program is not known")
	}
	if err := family(t).Wait(); err != nil {
		t.Fatal(err)
	}
	after, _ := usage.Users(os.Getpid())
	if took := after - before; took < work*9/10 { // The kernel counts in hundredths of a second.
		t.Errorf("the child took %s", took)
	}
	if took, known := usage.Users(idle.Process.Pid); !known || took > 20*time.Millisecond {
		t.Errorf("a sleeping program took %s, %t", took, known)
	}
	if err := idle.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = idle.Wait() // It says that it was killed.
	if _, known := usage.Users(idle.Process.Pid); known {
		t.Error("the time of a program that has ended is known")
	}
}
