package embedded

// applicationID marks a file as an embedded registry in SQLite's PRAGMA application_id ("mlrg").
const applicationID = 0x6d6c7267

// schemaVersion is the PRAGMA user_version of the schema below. A file with a greater one is refused.
const schemaVersion = 1

// schema has the tables of MLflow's registry with the keys it looks things up by. Versions keep the stage
// Deleted_Internal when deleted, so that a number is never given twice. MLflow with SQLite enforces no
// lengths, and neither do these.
const schema = `
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
