package registry

import "context"

// Server is what a registry's server says of itself.
type Server struct {
	// Version is MLflow's version, such as 3.17.2; empty when the server does not tell.
	Version string
	// Stages says that model versions have stages: Unity Catalog has none.
	Stages bool
	// Webhooks says that webhooks can be registered (MLflow 3.3 and later, with a database).
	Webhooks bool
	// Workspaces says that the server has more than one workspace (MLflow 3.10 and later, switched on).
	Workspaces bool
	// Permissions says that the server has users and permissions (MLflow's app basic-auth).
	Permissions bool
}

// Inspector finds out what a registry's server is.
type Inspector interface {
	// Server asks the server what it has. ErrNotMLflow when it serves no registry at all.
	Server(ctx context.Context) (Server, error)
}
