/**
 * The tables of the history file, as steps: step n takes a file of `user_version` n to n + 1. A step that was
 * released is never changed; a new one is put after it.
 *
 * Times are Unix seconds. Ids rise with time, so that the oldest rows are found without an index on it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL,
    client TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    text TEXT NOT NULL,
    count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX activity_by_client ON activity (client, id);
  CREATE INDEX activity_by_kind ON activity (kind, id);

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    user_id TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL,
    from_uuid TEXT NOT NULL,
    routing TEXT NOT NULL,
    targets TEXT NOT NULL,
    target_count INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    kind TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    preview TEXT,
    sent INTEGER NOT NULL,
    filtered INTEGER NOT NULL,
    dropped INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run REAL NOT NULL,
    user_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    at REAL NOT NULL,
    updated_at REAL NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    from_uuid TEXT NOT NULL,
    targets TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    result TEXT,
    UNIQUE (user_id, job_id, at)
  ) STRICT;

  CREATE TABLE clients (
    user_id TEXT NOT NULL,
    uuid TEXT NOT NULL,
    client_type TEXT NOT NULL,
    label TEXT NOT NULL,
    first_seen REAL NOT NULL,
    last_seen REAL NOT NULL,
    PRIMARY KEY (user_id, uuid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX clients_by_age ON clients (last_seen);
  `,
]
