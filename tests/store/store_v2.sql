CREATE TABLE pm_clarifications (
  n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  normalized_key TEXT NOT NULL,
  text TEXT NOT NULL,
  author TEXT NOT NULL,
  time TEXT NOT NULL,
  source TEXT,
  supersedes TEXT,
  active BOOLEAN NOT NULL,
  slot TEXT DEFAULT '' NOT NULL,
  rank INTEGER,
  folded TEXT DEFAULT '' NOT NULL,
  changed INTEGER DEFAULT '0' NOT NULL,
  UNIQUE (id),
  FOREIGN KEY(supersedes) REFERENCES pm_clarifications (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO pm_clarifications VALUES(1,'c1','alice','How do I sort a list in C++ ?','how do i sort a list in c','I mean std::sort','user','2026-01-01T00:00:00+00:00',NULL,NULL,FALSE,'how do i sort a list in c',NULL,'i mean std sort',3);
INSERT INTO pm_clarifications VALUES(2,'c2','alice','How do I sort a list in C# ?','how do i sort a list in c','I mean LINQ OrderBy','user','2026-01-01T00:00:00+00:00',NULL,'c1',TRUE,'how do i sort a list in c',1,'i mean linq orderby',3);
INSERT INTO pm_clarifications VALUES(3,'c3','alice','is x > 0 ?','is x 0','first','user','2026-01-01T00:00:00+00:00',NULL,NULL,FALSE,'is x 0',NULL,'first',5);
INSERT INTO pm_clarifications VALUES(4,'c4','alice','is x > 0 ?','is x 0','second','user','2026-01-01T00:00:00+00:00',NULL,'c3',FALSE,'is x 0',3,'second',6);
INSERT INTO pm_clarifications VALUES(5,'c5','alice','is x < 0 ?','is x 0','third','user','2026-01-01T00:00:00+00:00',NULL,'c4',TRUE,'is x 0',3,'third',6);
INSERT INTO pm_clarifications VALUES(6,'c6','alice','what does co­operate mean ?','what does co operate mean','with a soft hyphen','user','2026-01-01T00:00:00+00:00',NULL,NULL,TRUE,'what does co operate mean',NULL,'with a soft hyphen',7);
INSERT INTO pm_clarifications VALUES(7,'c7','alice','what does cooperate mean ?','what does cooperate mean','without','user','2026-01-01T00:00:00+00:00',NULL,NULL,TRUE,'what does cooperate mean',NULL,'without',8);
INSERT INTO pm_clarifications VALUES(8,'c8','bob','what is like x ?','what is like x','a synonym','user','2026-01-01T00:00:00+00:00',NULL,NULL,TRUE,'what is like x',NULL,'a synonym',9);
CREATE TABLE pm_epochs (
  scope TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (scope)
);
CREATE TABLE pm_interactions (
  id TEXT NOT NULL,
  scope TEXT NOT NULL,
  time TEXT NOT NULL,
  question TEXT NOT NULL,
  slot TEXT DEFAULT '' NOT NULL,
  verdict TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (id)
);
INSERT INTO pm_interactions VALUES('i1','alice','2026-01-04T10:00:00+02:00','how do I sort a list in C ?','how do i sort a list in c','right','{"question": "how do I sort a list in C ?", "scope": "alice", "id": "i1", "time": "2026-01-04T10:00:00+02:00", "prompt": "p", "prompt_id": null, "retrieval": {"hit": true, "key": "How do I sort a list in C# ?", "text": "I mean LINQ OrderBy", "score": 1.0, "candidates": [{"key": "How do I sort a list in C# ?", "text": "I mean LINQ OrderBy", "score": 1.0, "id": "c2"}], "why": "near", "threshold": 6, "id": "c2"}, "answer": "sorted", "understanding": "", "verdict": "right", "expected": null, "usage": {"prompt_tokens": 0, "completion_tokens": 0, "calls": 1, "cost": null}, "latency_s": 0.0, "model": "", "meta": {}}');
CREATE TABLE pm_meta (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (key)
);
INSERT INTO pm_meta VALUES('schema_version','2');
INSERT INTO pm_meta VALUES('uid','store-of-version-2');
INSERT INTO pm_meta VALUES('counter','9');
CREATE TABLE pm_uses (
  interaction TEXT NOT NULL,
  clarification TEXT NOT NULL,
  hit BOOLEAN NOT NULL,
  score FLOAT,
  PRIMARY KEY (interaction, clarification),
  FOREIGN KEY(interaction) REFERENCES pm_interactions (id) ON DELETE CASCADE
);
INSERT INTO pm_uses VALUES('i1','c2',TRUE,1.0);
CREATE TABLE pm_vectors (
  n INTEGER NOT NULL,
  model TEXT NOT NULL,
  scope TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (n, model),
  FOREIGN KEY(n) REFERENCES pm_clarifications (n) ON DELETE CASCADE
);
CREATE INDEX pm_chain ON pm_clarifications (scope, slot, n);
CREATE INDEX pm_changes ON pm_clarifications (scope, changed);
CREATE INDEX pm_by_time ON pm_clarifications (scope, time, active);
CREATE UNIQUE INDEX pm_one_active ON pm_clarifications (scope, slot) WHERE active;
CREATE INDEX pm_supersedes ON pm_clarifications (supersedes);
CREATE INDEX pm_question ON pm_interactions (scope, slot);
CREATE INDEX pm_asked ON pm_interactions (scope, time);
CREATE INDEX pm_used ON pm_uses (clarification);
CREATE INDEX pm_embedded ON pm_vectors (scope, model);
