package embedded

// applicationID marks a file as an embedded registry in SQLite's PRAGMA application_id ("mlrg").
const applicationID = 0x6d6c7267

// schemaSteps make the schema: step n takes a registry from schema version n-1 to n. A registry has the number of
// steps it went through in PRAGMA user_version. The steps that an older file lacks are made with the first write to
// it, in the same transaction; until then it is read as it is, so a step must not take away or rename what the ones
// before it made. A file that went through more steps than these is refused. A step that was released never changes.
var schemaSteps = [...]string{1: tables, 2: stageIndex, 3: commitTable + updateIndexes}

// schemaVersion is that of a registry that has all there is.
const schemaVersion = len(schemaSteps) - 1

// tables are those of MLflow's registry with the keys it looks things up by. Versions keep the stage
// Deleted_Internal when deleted, so that a number is never given twice. MLflow with SQLite enforces no
// lengths, and neither do these.
const tables = `
CREATE TABLE registered_models (
	name TEXT PRIMARY KEY,
	creation_time INTEGER NOT NULL,
	last_updated_time INTEGER,
	description TEXT
) STRICT;

CREATE TABLE model_versions (
	name TEXT NOT NULL REFERENCES registered_models (name) ON UPDATE CASCADE ON DELETE CASCADE,
	version INTEGER NOT NULL,
	creation_time INTEGER NOT NULL,
	last_updated_time INTEGER,
	description TEXT,
	user_id TEXT,
	current_stage TEXT NOT NULL DEFAULT 'None',
	source TEXT,
	storage_location TEXT,
	run_id TEXT,
	run_link TEXT,
	status TEXT NOT NULL DEFAULT 'READY',
	status_message TEXT,
	PRIMARY KEY (name, version)
) STRICT;

CREATE TABLE registered_model_tags (
	name TEXT NOT NULL REFERENCES registered_models (name) ON UPDATE CASCADE ON DELETE CASCADE,
	key TEXT NOT NULL,
	value TEXT,
	PRIMARY KEY (name, key)
) STRICT;

CREATE TABLE model_version_tags (
	name TEXT NOT NULL,
	version INTEGER NOT NULL,
	key TEXT NOT NULL,
	value TEXT,
	PRIMARY KEY (name, version, key),
	FOREIGN KEY (name, version) REFERENCES model_versions (name, version) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT;

CREATE TABLE registered_model_aliases (
	name TEXT NOT NULL REFERENCES registered_models (name) ON UPDATE CASCADE ON DELETE CASCADE,
	alias TEXT NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (name, alias)
) STRICT;

CREATE INDEX model_version_prompts ON model_version_tags (key, value) WHERE key = 'mlflow.prompt.is_prompt';
`

// stageIndex finds the holders of a stage, and the newest version of each, without reading every version.
const stageIndex = `
CREATE INDEX model_version_stages ON model_versions (name, current_stage, version);
`

// commitTable has one row, the record of the last commit.
const commitTable = `
CREATE TABLE ` + recordTable + ` (id INTEGER PRIMARY KEY CHECK (id = 1), record BLOB NOT NULL) STRICT;
`

// updateIndexes find the versions that were updated last, of all models or of one, without sorting all: a search lists them
// in that order unless it is told another.
const updateIndexes = `
CREATE INDEX model_version_updates ON model_versions (last_updated_time DESC, name, version DESC);
CREATE INDEX model_version_updates_by_name ON model_versions (name, last_updated_time DESC, version DESC);
`
