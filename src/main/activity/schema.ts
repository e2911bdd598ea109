/**
 * The tables of the history file, as steps: step n takes a file of `user_version` n to n + 1. A step that was
 * released is never changed; a new one is put after it.
 *
 * Times are Unix seconds. Ids rise with time, so that the oldest rows are found without an index on it. Statements that go
 * through a table have `row_by_row()` among their conditions, which holds always (see `migrate`).
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
  // One list over what happened. `log.seq` is the order of writing; what an entry says stays in its own table.
  `
  ALTER TABLE jobs ADD COLUMN target_count INTEGER NOT NULL DEFAULT 0;
  UPDATE jobs SET target_count = json_array_length(targets) WHERE row_by_row();

  CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    user_id TEXT NOT NULL,
    source INTEGER NOT NULL, -- 0 activity, 1 messages, 2 jobs that have ended
    row_id INTEGER NOT NULL, -- id in that table
    kind TEXT NOT NULL,
    priority INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE log_clients (
    client TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (client, seq)
  ) STRICT, WITHOUT ROWID;

  INSERT INTO log (at, user_id, source, row_id, kind, priority)
    SELECT at, user_id, 0 AS source, id AS row_id, kind, CASE
        WHEN kind IN ('history_gap', 'history_set_aside', 'login_refused', 'blocked_refused', 'blocks_set_aside',
          'message_dropped') THEN 4
        WHEN kind LIKE 'session_%' OR kind IN ('client_registered', 'client_returned', 'client_taken_over',
          'client_detached', 'client_unregistered') THEN 6
        ELSE 5 END
      FROM activity WHERE row_by_row()
    UNION ALL SELECT at, user_id, 1, id, 'message', priority FROM messages WHERE row_by_row()
    UNION ALL SELECT updated_at, user_id, 2, id, 'job_' || state,
        CASE state WHEN 'failed' THEN 3 WHEN 'interrupted' THEN 4 WHEN 'cancelled' THEN 5 ELSE 6 END
      FROM jobs WHERE state NOT IN ('pending', 'running') AND row_by_row()
    ORDER BY 1, 3, 4;
  INSERT INTO log_clients SELECT * FROM (
    SELECT a.client, l.seq FROM log l JOIN activity a ON l.source = 0 AND a.id = l.row_id
      WHERE a.client <> '' AND row_by_row()
    UNION SELECT m.from_uuid, l.seq FROM log l JOIN messages m ON l.source = 1 AND m.id = l.row_id WHERE row_by_row()
    UNION SELECT t.value, l.seq FROM log l JOIN messages m ON l.source = 1 AND m.id = l.row_id, json_each(m.targets) t
      WHERE row_by_row()
    UNION SELECT j.from_uuid, l.seq FROM log l JOIN jobs j ON l.source = 2 AND j.id = l.row_id WHERE row_by_row()
    UNION SELECT t.value, l.seq FROM log l JOIN jobs j ON l.source = 2 AND j.id = l.row_id, json_each(j.targets) t
      WHERE row_by_row()
  ) WHERE row_by_row();

  CREATE INDEX log_by_time ON log (at);
  CREATE UNIQUE INDEX log_by_row ON log (source, row_id);

  CREATE TRIGGER activity_goes AFTER DELETE ON activity BEGIN
    DELETE FROM log_clients WHERE client = old.client
      AND seq = (SELECT seq FROM log WHERE source = 0 AND row_id = old.id);
    DELETE FROM log WHERE source = 0 AND row_id = old.id;
  END;
  CREATE TRIGGER message_goes AFTER DELETE ON messages BEGIN
    DELETE FROM log_clients WHERE client IN (SELECT old.from_uuid UNION SELECT value FROM json_each(old.targets))
      AND seq = (SELECT seq FROM log WHERE source = 1 AND row_id = old.id);
    DELETE FROM log WHERE source = 1 AND row_id = old.id;
  END;
  CREATE TRIGGER job_goes AFTER DELETE ON jobs BEGIN
    DELETE FROM log_clients WHERE client IN (SELECT old.from_uuid UNION SELECT value FROM json_each(old.targets))
      AND seq = (SELECT seq FROM log WHERE source = 2 AND row_id = old.id);
    DELETE FROM log WHERE source = 2 AND row_id = old.id;
  END;
  `,
]

/** The schema that this version writes. */
export const newestSchema = migrations.length
