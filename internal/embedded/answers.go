package embedded

// The answers, with the fields in the order of MLflow's model_registry.proto. A field that MLflow leaves out
// is left out here: nil where the database has NULL, empty where MLflow drops empty values.

// modelMessage is a RegisteredModel.
type modelMessage struct {
	Name            string           `json:"name"`
	CreationTime    int64            `json:"creation_timestamp"`
	LastUpdatedTime int64            `json:"last_updated_timestamp,omitempty"`
	Description     string           `json:"description,omitempty"`
	LatestVersions  []versionMessage `json:"latest_versions,omitempty"`
	Tags            []tag            `json:"tags,omitempty"`
	Aliases         []aliasMessage   `json:"aliases,omitempty"`
}

// aliasMessage is a RegisteredModelAlias.
type aliasMessage struct {
	Alias   string `json:"alias"`
	Version string `json:"version"`
}

// versionMessage is a ModelVersion.
type versionMessage struct {
	Name            string   `json:"name"`
	Version         string   `json:"version"`
	CreationTime    int64    `json:"creation_timestamp"`
	LastUpdatedTime *int64   `json:"last_updated_timestamp,omitempty"`
	UserID          *string  `json:"user_id,omitempty"`
	Stage           string   `json:"current_stage"`
	Description     *string  `json:"description,omitempty"`
	Source          *string  `json:"source,omitempty"`
	RunID           *string  `json:"run_id,omitempty"`
	Status          string   `json:"status"`
	StatusMessage   string   `json:"status_message,omitempty"`
	Tags            []tag    `json:"tags,omitempty"`
	RunLink         *string  `json:"run_link,omitempty"`
	Aliases         []string `json:"aliases,omitempty"`

	number          int64
	storageLocation *string
}

type modelAnswer struct {
	Model modelMessage `json:"registered_model"`
}

type versionAnswer struct {
	Version versionMessage `json:"model_version"`
}

type versionsAnswer struct {
	Versions []versionMessage `json:"model_versions,omitempty"`
}

type emptyAnswer struct{}
