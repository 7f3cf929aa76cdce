// Package outside is how the tools look at a registry and act on it behind the provider's back: plain HTTP requests as any
// script would send them, and the provider's own program serving an embedded registry. It shares no code with the provider.
package outside
