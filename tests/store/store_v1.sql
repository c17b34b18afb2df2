CREATE TABLE pm_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE pm_clarifications (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, key TEXT NOT NULL,
  normalized_key TEXT NOT NULL, text TEXT NOT NULL, author TEXT NOT NULL, time TEXT NOT NULL, source TEXT,
  supersedes TEXT REFERENCES pm_clarifications (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, active BOOLEAN NOT NULL);
CREATE TABLE pm_interactions (id TEXT PRIMARY KEY, scope TEXT NOT NULL, time TEXT NOT NULL, question TEXT NOT NULL,
  verdict TEXT, body TEXT NOT NULL);
INSERT INTO pm_meta VALUES ('schema_version', '1');
INSERT INTO pm_meta VALUES ('uid', 'store-of-version-1');
INSERT INTO pm_clarifications (id, scope, key, normalized_key, text, author, time, source, supersedes, active) VALUES
  ('c1', 'alice', 'What is like x?', 'what is like x', 'a synonym', 'user', '2026-01-01T00:00:00+00:00', NULL, NULL, FALSE),
  ('c2', 'alice', 'what is like x', 'what is like x', 'a SYNONYM please', 'user', '2026-01-02T00:00:00+00:00', NULL, 'c1', TRUE),
  ('c3', 'alice', 'define x', 'define x', 'a definition', 'user', '2026-01-03T00:00:00+00:00', NULL, NULL, TRUE);
INSERT INTO pm_interactions VALUES ('i1', 'alice', '2026-01-04T00:00:00+00:00', 'what is like y', 'right',
  '{"question": "what is like y", "scope": "alice", "id": "i1", "time": "2026-01-04T00:00:00+00:00", "prompt": "", "prompt_id": null, "retrieval": {"hit": true, "key": "what is like x", "text": "a SYNONYM please", "score": 1.0, "candidates": [], "why": "", "threshold": 6, "id": "c2"}, "answer": "big", "understanding": "", "verdict": "right", "expected": null, "usage": {"prompt_tokens": 0, "completion_tokens": 0, "calls": 1, "cost": null}, "latency_s": 0.0, "model": "", "meta": {}}');
