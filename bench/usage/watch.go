package usage

import "time"

// interval is how often a running program is looked at.
const interval = 10 * time.Millisecond

// Watch follows the most memory that a running program had at once, without its children: what the system says of a program
// that has ended (Peak) counts the children that it waited for as well. The system keeps a high-water mark, so only
// what is taken in the last hundredth of a second can be missed. The returned function ends it and returns bytes, 0 where the
// system does not tell.
func Watch(pid int) (stop func() (bytes int64)) {
	end, ended := make(chan struct{}), make(chan struct{})
	var peak int64
	go func() {
		defer close(ended)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			peak = max(peak, highWater(pid))
			select {
			case <-ticker.C:
			case <-end:
				return
			}
		}
	}()
	return func() int64 {
		close(end)
		<-ended
		return peak
	}
}
