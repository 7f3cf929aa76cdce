package mlflow

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Pacing returns how this client repeats requests, for those that it sends once (see registry.Paced).
func (c *Client) Pacing() registry.Pacing { return c.pacing }

// pacing returns the settings of config as they are in force.
func pacing(config Config) registry.Pacing {
	return registry.Pacing{
		Repetitions: config.MaxRetries, RequestTimeout: config.RequestTimeout,
		Wait: func(repetition int, asked time.Duration) time.Duration {
			if asked > 0 && !config.IgnoreRetryAfter {
				return min(asked, maxRetryAfter)
			}
			return config.pause(repetition - 1)
		},
	}
}

// pause returns the wait before a repetition, counted from 0: between half and the whole of factor·2ⁿ seconds, at random, so
// that the clients of a server that comes back do not come all at once; and up to the jitter more.
func (c Config) pause(repetition int) time.Duration {
	seconds := min(c.BackoffFactor*math.Pow(2, float64(repetition)), maxWait.Seconds())
	seconds = seconds*(0.5+0.5*rand.Float64()) + c.BackoffJitter*rand.Float64()
	return time.Duration(seconds * float64(time.Second))
}
