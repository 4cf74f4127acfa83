BEGIN TRANSACTION;
CREATE TABLE event (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	session TEXT NOT NULL, 
	payload TEXT, 
	FOREIGN KEY(id) REFERENCES task (id)
)
 STRICT

;
INSERT INTO "event" VALUES(1,'01a205c013b47b548a9de281f88c0115','intent',1795392803769,'01a205c01398759281425c59447aa670','{"taskType": "mj_txt2img", "prompt": "a done fox 🦊", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(2,'01a205c013b47b548a9de281f88c0115','submitted',1795392803799,'01a205c01398759281425c59447aa670','t-done');
INSERT INTO "event" VALUES(3,'01a205c013b47b548a9de281f88c0115','succeeded',1795392803822,'01a205c01398759281425c59447aa670','{}');
INSERT INTO "event" VALUES(4,'01a205c013b47b548a9de281f88c0115','picture',1795392803841,'01a205c01398759281425c59447aa670','{"number": 1, "state": "stored", "sha256": "ab", "path": "ab/ab.jpg"}');
INSERT INTO "event" VALUES(5,'01a205c0140f7ca099626ed6d6c185df','intent',1795392803856,'01a205c01398759281425c59447aa670','{"taskType": "mj_txt2img", "prompt": "a running fox", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(6,'01a205c0140f7ca099626ed6d6c185df','submitted',1795392803872,'01a205c01398759281425c59447aa670','t-run');
INSERT INTO "event" VALUES(7,'01a205c0142d7119bb34136a4bad7809','intent',1795392803886,'01a205c01398759281425c59447aa670','{"taskType": "mj_txt2img", "prompt": "an unknown fox", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(8,'01a205c0142d7119bb34136a4bad7809','unknown',1795392803895,'01a205c01398759281425c59447aa670','lost');
INSERT INTO "event" VALUES(9,'01a205c014547806bc23007e9b0745cf','intent',1795392803924,'01a205c01398759281425c59447aa670','{"taskType": "mj_txt2img", "prompt": "a refused fox", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(10,'01a205c014547806bc23007e9b0745cf','rejected',1795392803948,'01a205c01398759281425c59447aa670','no');
CREATE TABLE image (
	id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	state TEXT NOT NULL, 
	sha256 TEXT, 
	path TEXT, 
	mime TEXT, 
	width INTEGER, 
	height INTEGER, 
	size INTEGER, 
	error TEXT, 
	rev INTEGER NOT NULL, 
	PRIMARY KEY (id, number), 
	FOREIGN KEY(id) REFERENCES task (id)
)
 STRICT

;
INSERT INTO "image" VALUES('01a205c013b47b548a9de281f88c0115',1,'https://cdn/0.jpeg','stored','ab','ab/ab.jpg',NULL,NULL,NULL,NULL,NULL,4);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
)
 STRICT

;
INSERT INTO "meta" VALUES('schema_version','3');
CREATE TABLE metric (
	subject TEXT NOT NULL, 
	name TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	value REAL, 
	error REAL, 
	PRIMARY KEY (subject, name, version)
)
 STRICT

;
INSERT INTO "metric" VALUES('ab','edges',1,0.5,NULL);
CREATE TABLE rating (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	shown TEXT NOT NULL, 
	score REAL, 
	best INTEGER, 
	worst INTEGER, 
	undoes TEXT, 
	sweep TEXT, 
	rater TEXT NOT NULL, 
	session TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "rating" VALUES('01a205c014a375efaeae7ce330ca97ce','single','[["01a205c013b47b548a9de281f88c0115", 1, "ab"]]',4.0,NULL,NULL,NULL,NULL,'me','01a205c01398759281425c59447aa670',1795392804004);
CREATE TABLE session (
	id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	born TEXT NOT NULL, 
	started_at INTEGER NOT NULL, 
	ended_at INTEGER, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "session" VALUES('01a205c01398759281425c59447aa670','a-machine-of-before',23391,'1419711',1795392803736,1795392804028);
CREATE TABLE sweep (
	id TEXT NOT NULL, 
	spec_json TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "sweep" VALUES('01a205c013a47650b29cd72678033983','{"axes": []}',1795392803748);
CREATE TABLE task (
	id TEXT NOT NULL, 
	task_id TEXT, 
	state TEXT NOT NULL, 
	task_type TEXT, 
	prompt TEXT, 
	speed TEXT, 
	file_urls TEXT, 
	aspect_ratio TEXT, 
	version TEXT, 
	variety INTEGER, 
	stylization INTEGER, 
	weirdness INTEGER, 
	ow INTEGER, 
	motion TEXT, 
	video_batch_size INTEGER, 
	water_mark TEXT, 
	enable_translation INTEGER, 
	call_back_url TEXT, 
	param_json TEXT NOT NULL, 
	server_param_json TEXT, 
	param_diff TEXT, 
	request_sha TEXT NOT NULL, 
	nonce TEXT NOT NULL, 
	session TEXT NOT NULL, 
	account TEXT NOT NULL, 
	base_url TEXT NOT NULL, 
	sweep TEXT, 
	cell INTEGER, 
	parent TEXT, 
	parent_image INTEGER, 
	created_at INTEGER NOT NULL, 
	submitted_at INTEGER, 
	completed_at INTEGER, 
	latency_ms INTEGER, 
	error_code TEXT, 
	error TEXT, 
	credits REAL, 
	rev INTEGER NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "task" VALUES('01a205c013b47b548a9de281f88c0115','t-done','succeeded','mj_txt2img','a done fox 🦊','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a done fox 🦊", "speed": "fast", "stylization": 250}','{"a":1}','{"dropped": {"taskType": "mj_txt2img", "prompt": "a done fox 🦊", "speed": "fast", "stylization": 250}, "added": {"a": 1}}','1ba345855b8549a10fa55e9bd4e4cef55fac25bd50981b202410b8d1be5d8855','p5gtcrzndpZsRIfbSyFcpw','01a205c01398759281425c59447aa670','me','https://api','01a205c013a47650b29cd72678033983',0,NULL,NULL,1795392803764,1795392803791,1795392803813,NULL,NULL,NULL,8.0,4);
INSERT INTO "task" VALUES('01a205c0140f7ca099626ed6d6c185df','t-run','submitted','mj_txt2img','a running fox','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a running fox", "speed": "fast", "stylization": 250}',NULL,NULL,'13b5f1cad73813903b5a64203ac45f9aa7db12a391856418d955582a889ad6ff','_djbugZP0Y7dOfgABZYg_w','01a205c01398759281425c59447aa670','me','https://api',NULL,NULL,NULL,NULL,1795392803855,1795392803871,NULL,NULL,NULL,NULL,8.0,6);
INSERT INTO "task" VALUES('01a205c0142d7119bb34136a4bad7809',NULL,'unknown','mj_txt2img','an unknown fox','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "an unknown fox", "speed": "fast", "stylization": 250}',NULL,NULL,'8bda4a8181307a4d064c752d78fa997b8d8c6b4abffa320fd84f2afff6db9b0f','FEnoJYzZ3JNEKxWtoWTOAg','01a205c01398759281425c59447aa670','me','https://api',NULL,NULL,NULL,NULL,1795392803886,NULL,NULL,NULL,NULL,'lost',8.0,8);
INSERT INTO "task" VALUES('01a205c014547806bc23007e9b0745cf',NULL,'rejected','mj_txt2img','a refused fox','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a refused fox", "speed": "fast", "stylization": 250}',NULL,NULL,'bb3e4ab3d1b3039781dc6a5f71369c6d2afd36d113d01c7a10c4aba005bee9f2','CR1HQnq_-8nQiJqx_s9swg','01a205c01398759281425c59447aa670','me','https://api',NULL,NULL,NULL,NULL,1795392803924,NULL,1795392803946,NULL,'402','no',8.0,10);
CREATE TABLE upload (
	sha256 TEXT NOT NULL, 
	account TEXT NOT NULL, 
	url TEXT NOT NULL, 
	expires_at INTEGER NOT NULL, 
	PRIMARY KEY (sha256, account)
)
 STRICT

;
INSERT INTO "upload" VALUES('sha','me','https://f/a.png',2795392803989);
CREATE INDEX task_by_state ON task (state);
CREATE INDEX task_by_rev ON task (rev);
CREATE INDEX task_by_request ON task (request_sha);
CREATE UNIQUE INDEX task_by_task_id ON task (account, task_id);
CREATE INDEX ix_event_id ON event (id);
CREATE INDEX image_by_rev ON image (rev);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',10);
COMMIT;
