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
INSERT INTO "event" VALUES(1,'01a205c0005c70878fc0fd06e40fca93','intent',1795392798814,'01a205c00018750a9e5e076d2d0b8fec','{"taskType": "mj_txt2img", "prompt": "a done fox 🦊", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(2,'01a205c0005c70878fc0fd06e40fca93','submitted',1795392798850,'01a205c00018750a9e5e076d2d0b8fec','t-done');
INSERT INTO "event" VALUES(3,'01a205c0005c70878fc0fd06e40fca93','succeeded',1795392798869,'01a205c00018750a9e5e076d2d0b8fec','{}');
INSERT INTO "event" VALUES(4,'01a205c0005c70878fc0fd06e40fca93','picture',1795392798882,'01a205c00018750a9e5e076d2d0b8fec','{"number": 1, "state": "stored", "sha256": "ab", "path": "ab/ab.jpg"}');
INSERT INTO "event" VALUES(5,'01a205c000ad72719c9b121e7e9ea19a','intent',1795392798894,'01a205c00018750a9e5e076d2d0b8fec','{"taskType": "mj_txt2img", "prompt": "a running fox", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(6,'01a205c000ad72719c9b121e7e9ea19a','submitted',1795392798906,'01a205c00018750a9e5e076d2d0b8fec','t-run');
INSERT INTO "event" VALUES(7,'01a205c000c07e12a06e0757c3179cf2','intent',1795392798916,'01a205c00018750a9e5e076d2d0b8fec','{"taskType": "mj_txt2img", "prompt": "an unknown fox", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(8,'01a205c000c07e12a06e0757c3179cf2','unknown',1795392798933,'01a205c00018750a9e5e076d2d0b8fec','lost');
INSERT INTO "event" VALUES(9,'01a205c000dd769eb19e9579f91059a6','intent',1795392798944,'01a205c00018750a9e5e076d2d0b8fec','{"taskType": "mj_txt2img", "prompt": "a refused fox", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(10,'01a205c000dd769eb19e9579f91059a6','rejected',1795392798957,'01a205c00018750a9e5e076d2d0b8fec','no');
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
INSERT INTO "image" VALUES('01a205c0005c70878fc0fd06e40fca93',1,'https://cdn/0.jpeg','stored','ab','ab/ab.jpg',NULL,NULL,NULL,NULL,NULL,4);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
)
 STRICT

;
INSERT INTO "meta" VALUES('schema_version','1');
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
INSERT INTO "session" VALUES('01a205c00018750a9e5e076d2d0b8fec','a-machine-of-before',23143,'1419181',1795392798744,1795392798978);
CREATE TABLE sweep (
	id TEXT NOT NULL, 
	spec_json TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "sweep" VALUES('01a205c000507b7f9121797b4e9d476a','{"axes": []}',1795392798800);
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
INSERT INTO "task" VALUES('01a205c0005c70878fc0fd06e40fca93','t-done','succeeded','mj_txt2img','a done fox 🦊','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a done fox 🦊", "speed": "fast", "stylization": 250}','{"a":1}','1ba345855b8549a10fa55e9bd4e4cef55fac25bd50981b202410b8d1be5d8855','sJsfOFe7MzINzWHtnWO_ng','01a205c00018750a9e5e076d2d0b8fec','me','https://api','01a205c000507b7f9121797b4e9d476a',0,NULL,NULL,1795392798812,1795392798848,1795392798866,NULL,NULL,NULL,8.0,4);
INSERT INTO "task" VALUES('01a205c000ad72719c9b121e7e9ea19a','t-run','submitted','mj_txt2img','a running fox','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a running fox", "speed": "fast", "stylization": 250}',NULL,'13b5f1cad73813903b5a64203ac45f9aa7db12a391856418d955582a889ad6ff','Y-OxOi4G6G1i9rbemKABrQ','01a205c00018750a9e5e076d2d0b8fec','me','https://api',NULL,NULL,NULL,NULL,1795392798894,1795392798905,NULL,NULL,NULL,NULL,8.0,6);
INSERT INTO "task" VALUES('01a205c000c07e12a06e0757c3179cf2',NULL,'unknown','mj_txt2img','an unknown fox','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "an unknown fox", "speed": "fast", "stylization": 250}',NULL,'8bda4a8181307a4d064c752d78fa997b8d8c6b4abffa320fd84f2afff6db9b0f','2ZVUc8S0NTcT6jDFTHtmqg','01a205c00018750a9e5e076d2d0b8fec','me','https://api',NULL,NULL,NULL,NULL,1795392798913,NULL,NULL,NULL,NULL,'lost',8.0,8);
INSERT INTO "task" VALUES('01a205c000dd769eb19e9579f91059a6',NULL,'rejected','mj_txt2img','a refused fox','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a refused fox", "speed": "fast", "stylization": 250}',NULL,'bb3e4ab3d1b3039781dc6a5f71369c6d2afd36d113d01c7a10c4aba005bee9f2','Boi6YJABlBH9R8EJ6QpR2w','01a205c00018750a9e5e076d2d0b8fec','me','https://api',NULL,NULL,NULL,NULL,1795392798941,NULL,1795392798956,NULL,'402','no',8.0,10);
CREATE INDEX task_by_rev ON task (rev);
CREATE INDEX task_by_state ON task (state);
CREATE UNIQUE INDEX task_by_task_id ON task (account, task_id);
CREATE INDEX task_by_request ON task (request_sha);
CREATE INDEX ix_event_id ON event (id);
CREATE INDEX image_by_rev ON image (rev);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',10);
COMMIT;
