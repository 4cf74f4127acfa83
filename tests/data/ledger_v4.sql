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
INSERT INTO "event" VALUES(1,'01a22f8c0bde76b587ce99754cef2070','intent',1796094036965,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_txt2img", "prompt": "a lighthouse at dusk", "speed": "fast", "stylization": 0}');
INSERT INTO "event" VALUES(2,'01a22f8c0c2473cab2e10e81dc41b5ea','intent',1796094037029,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_txt2img", "prompt": "a lighthouse at dusk", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(3,'01a22f8c0bde76b587ce99754cef2070','submitted',1796094037059,'01a22f8c02487f4496a53d51c537db05','41abfe148ebc667294298ffb6e1e7b18');
INSERT INTO "event" VALUES(4,'01a22f8c0c2473cab2e10e81dc41b5ea','submitted',1796094037069,'01a22f8c02487f4496a53d51c537db05','751b7333f5f300e4529f40256b06128d');
INSERT INTO "event" VALUES(5,'01a22f8c0c2473cab2e10e81dc41b5ea','succeeded',1796094037121,'01a22f8c02487f4496a53d51c537db05','{"taskId": "751b7333f5f300e4529f40256b06128d", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a lighthouse at dusk\",\"speed\":\"fast\",\"stylization\":250,\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094037079, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094037050, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(6,'01a22f8c0bde76b587ce99754cef2070','succeeded',1796094037162,'01a22f8c02487f4496a53d51c537db05','{"taskId": "41abfe148ebc667294298ffb6e1e7b18", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a lighthouse at dusk\",\"speed\":\"fast\",\"stylization\":0,\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094037081, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094037050, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(7,'01a22f8c0bde76b587ce99754cef2070','picture',1796094037886,'01a22f8c02487f4496a53d51c537db05','{"number": 2, "state": "stored", "error": null, "sha256": "a3e4ed237904941beab9b1ddc6433ccaa783d96b759aa2a41dacdb969d5fd93a", "path": "a3/a3e4ed237904941beab9b1ddc6433ccaa783d96b759aa2a41dacdb969d5fd93a.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1783}');
INSERT INTO "event" VALUES(8,'01a22f8c0c2473cab2e10e81dc41b5ea','picture',1796094037893,'01a22f8c02487f4496a53d51c537db05','{"number": 1, "state": "stored", "error": null, "sha256": "f26f43ffdb2c2b68d11cf699ee533df5a7661ccd4f44f1bc89640af501b87bfd", "path": "f2/f26f43ffdb2c2b68d11cf699ee533df5a7661ccd4f44f1bc89640af501b87bfd.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2057}');
INSERT INTO "event" VALUES(9,'01a22f8c0c2473cab2e10e81dc41b5ea','picture',1796094037897,'01a22f8c02487f4496a53d51c537db05','{"number": 2, "state": "stored", "error": null, "sha256": "7daff1c70048ce7c5c10c74901d1694dfde1b1692f790500869994a86742343a", "path": "7d/7daff1c70048ce7c5c10c74901d1694dfde1b1692f790500869994a86742343a.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2036}');
INSERT INTO "event" VALUES(10,'01a22f8c0c2473cab2e10e81dc41b5ea','picture',1796094037955,'01a22f8c02487f4496a53d51c537db05','{"number": 3, "state": "stored", "error": null, "sha256": "d2ec56d2f936db31aa827338afbef7ba3d146179e9ff092a5654b6623b3a1b53", "path": "d2/d2ec56d2f936db31aa827338afbef7ba3d146179e9ff092a5654b6623b3a1b53.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2031}');
INSERT INTO "event" VALUES(11,'01a22f8c0c2473cab2e10e81dc41b5ea','picture',1796094037965,'01a22f8c02487f4496a53d51c537db05','{"number": 4, "state": "stored", "error": null, "sha256": "45077e457d7098c4966c6f1ed7f17a0b38ed4518f99701311b184370b7d63c3c", "path": "45/45077e457d7098c4966c6f1ed7f17a0b38ed4518f99701311b184370b7d63c3c.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2046}');
INSERT INTO "event" VALUES(12,'01a22f8c0bde76b587ce99754cef2070','picture',1796094037986,'01a22f8c02487f4496a53d51c537db05','{"number": 3, "state": "stored", "error": null, "sha256": "ab257b5580cf769283d239f3bb97d61a9d3b1eb55026b7a63dbc9b2edbdaa506", "path": "ab/ab257b5580cf769283d239f3bb97d61a9d3b1eb55026b7a63dbc9b2edbdaa506.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1738}');
INSERT INTO "event" VALUES(13,'01a22f8c0bde76b587ce99754cef2070','picture',1796094037993,'01a22f8c02487f4496a53d51c537db05','{"number": 4, "state": "stored", "error": null, "sha256": "5150b44fcf7f8118b8eab2a5b953cdf9001d50b633ab042761b2b17f379ea981", "path": "51/5150b44fcf7f8118b8eab2a5b953cdf9001d50b633ab042761b2b17f379ea981.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1752}');
INSERT INTO "event" VALUES(14,'01a22f8c0bde76b587ce99754cef2070','picture',1796094037995,'01a22f8c02487f4496a53d51c537db05','{"number": 1, "state": "stored", "error": null, "sha256": "5b646b55a4c525cb96fd555bed5811753cd9d2fd9011ab26acc83d25a9fe41fa", "path": "5b/5b646b55a4c525cb96fd555bed5811753cd9d2fd9011ab26acc83d25a9fe41fa.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1724}');
INSERT INTO "event" VALUES(15,'01a22f8c117470b39145ac5b0965e123','intent',1796094038389,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_img2img", "prompt": "a fox  like this", "speed": "fast", "fileUrls": ["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"], "weirdness": 0}');
INSERT INTO "event" VALUES(16,'01a22f8c11847eebb33278f397b08c18','intent',1796094038405,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_img2img", "prompt": "a fox  like this", "speed": "fast", "fileUrls": ["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"], "weirdness": 500}');
INSERT INTO "event" VALUES(17,'01a22f8c117470b39145ac5b0965e123','submitted',1796094038424,'01a22f8c02487f4496a53d51c537db05','43d2d47bc79c7edd63b757fcb17bebb6');
INSERT INTO "event" VALUES(18,'01a22f8c11847eebb33278f397b08c18','submitted',1796094038426,'01a22f8c02487f4496a53d51c537db05','ddf03134cc0344aca1109c9184a50ef1');
INSERT INTO "event" VALUES(19,'01a22f8c117470b39145ac5b0965e123','generating',1796094038450,'01a22f8c02487f4496a53d51c537db05','{"taskId": "43d2d47bc79c7edd63b757fcb17bebb6", "taskType": "mj_img2img", "paramJson": "{\"enableTranslation\":true,\"fileUrls\":[\"http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png\"],\"motion\":\"high\",\"prompt\":\"a fox  like this\",\"speed\":\"fast\",\"taskType\":\"mj_img2img\",\"videoBatchSize\":1,\"weirdness\":0}", "completeTime": null, "resultInfoJson": null, "successFlag": 0, "createTime": 1796094038422, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(20,'01a22f8c11847eebb33278f397b08c18','succeeded',1796094038464,'01a22f8c02487f4496a53d51c537db05','{"taskId": "ddf03134cc0344aca1109c9184a50ef1", "taskType": "mj_img2img", "paramJson": "{\"enableTranslation\":true,\"fileUrls\":[\"http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png\"],\"motion\":\"high\",\"prompt\":\"a fox  like this\",\"speed\":\"fast\",\"taskType\":\"mj_img2img\",\"videoBatchSize\":1,\"weirdness\":500}", "completeTime": 1796094038451, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094038422, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(21,'01a22f8c117470b39145ac5b0965e123','succeeded',1796094038611,'01a22f8c02487f4496a53d51c537db05','{"taskId": "43d2d47bc79c7edd63b757fcb17bebb6", "taskType": "mj_img2img", "paramJson": "{\"enableTranslation\":true,\"fileUrls\":[\"http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png\"],\"motion\":\"high\",\"prompt\":\"a fox  like this\",\"speed\":\"fast\",\"taskType\":\"mj_img2img\",\"videoBatchSize\":1,\"weirdness\":0}", "completeTime": 1796094038455, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094038422, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(22,'01a22f8c117470b39145ac5b0965e123','picture',1796094038715,'01a22f8c02487f4496a53d51c537db05','{"number": 2, "state": "stored", "error": null, "sha256": "190cc481de520734b45c82020c0daeb2e97c1aa35b7848169fc0fa5e14aa7ef9", "path": "19/190cc481de520734b45c82020c0daeb2e97c1aa35b7848169fc0fa5e14aa7ef9.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1229}');
INSERT INTO "event" VALUES(23,'01a22f8c117470b39145ac5b0965e123','picture',1796094038725,'01a22f8c02487f4496a53d51c537db05','{"number": 1, "state": "stored", "error": null, "sha256": "8cfac8c1f871c750068809117e1a513c204993dacc1f2cef80b1e34b3c1cfe6d", "path": "8c/8cfac8c1f871c750068809117e1a513c204993dacc1f2cef80b1e34b3c1cfe6d.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1226}');
INSERT INTO "event" VALUES(24,'01a22f8c11847eebb33278f397b08c18','picture',1796094038749,'01a22f8c02487f4496a53d51c537db05','{"number": 2, "state": "stored", "error": null, "sha256": "44fa84635842e821aa82b6cd6d612bfb94bf99f2e0e0b677614ed8268ca6de38", "path": "44/44fa84635842e821aa82b6cd6d612bfb94bf99f2e0e0b677614ed8268ca6de38.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1275}');
INSERT INTO "event" VALUES(25,'01a22f8c11847eebb33278f397b08c18','picture',1796094038756,'01a22f8c02487f4496a53d51c537db05','{"number": 3, "state": "stored", "error": null, "sha256": "b86724541f18bf342eb1d64de02e65f73df4ec7ff54e1b1bda755ee64f384984", "path": "b8/b86724541f18bf342eb1d64de02e65f73df4ec7ff54e1b1bda755ee64f384984.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1280}');
INSERT INTO "event" VALUES(26,'01a22f8c11847eebb33278f397b08c18','picture',1796094038765,'01a22f8c02487f4496a53d51c537db05','{"number": 1, "state": "stored", "error": null, "sha256": "324b952524c97245719aff267f1e892d60b1f6f3f810845ebe395998bca0d5eb", "path": "32/324b952524c97245719aff267f1e892d60b1f6f3f810845ebe395998bca0d5eb.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1259}');
INSERT INTO "event" VALUES(27,'01a22f8c11847eebb33278f397b08c18','picture',1796094038771,'01a22f8c02487f4496a53d51c537db05','{"number": 4, "state": "stored", "error": null, "sha256": "a275d3c2ab2ddb1023dc79bba2c48e17dd78d1166f3ba0cefb548a5c612b825c", "path": "a2/a275d3c2ab2ddb1023dc79bba2c48e17dd78d1166f3ba0cefb548a5c612b825c.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1282}');
INSERT INTO "event" VALUES(28,'01a22f8c117470b39145ac5b0965e123','picture',1796094038779,'01a22f8c02487f4496a53d51c537db05','{"number": 3, "state": "stored", "error": null, "sha256": "d948871ed22422faa071b7896866b86d36651af3fd8b6012c4ee09582afe86f0", "path": "d9/d948871ed22422faa071b7896866b86d36651af3fd8b6012c4ee09582afe86f0.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1233}');
INSERT INTO "event" VALUES(29,'01a22f8c117470b39145ac5b0965e123','picture',1796094038800,'01a22f8c02487f4496a53d51c537db05','{"number": 4, "state": "stored", "error": null, "sha256": "e85c84dd7c9e2d2c77436178eac667682d60067ed3849a51e1fbb89fc2c0b75c", "path": "e8/e85c84dd7c9e2d2c77436178eac667682d60067ed3849a51e1fbb89fc2c0b75c.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1221}');
INSERT INTO "event" VALUES(30,'01a22f8c135079c2b0aba21c0613907f','intent',1796094038865,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_txt2img", "prompt": "a tower", "speed": "fast", "stylization": 100}');
INSERT INTO "event" VALUES(31,'01a22f8c135079c2b0aba21c0613907f','submitted',1796094038875,'01a22f8c02487f4496a53d51c537db05','cb918d8412fe90a045325bd455703e36');
INSERT INTO "event" VALUES(32,'01a22f8c135079c2b0aba21c0613907f','generating',1796094038901,'01a22f8c02487f4496a53d51c537db05','{"taskId": "cb918d8412fe90a045325bd455703e36", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a tower\",\"speed\":\"fast\",\"stylization\":100,\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": null, "resultInfoJson": null, "successFlag": 0, "createTime": 1796094038873, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(33,'01a22f8c135079c2b0aba21c0613907f','succeeded',1796094038938,'01a22f8c02487f4496a53d51c537db05','{"taskId": "cb918d8412fe90a045325bd455703e36", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a tower\",\"speed\":\"fast\",\"stylization\":100,\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094038910, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094038873, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(34,'01a22f8c135079c2b0aba21c0613907f','picture',1796094038988,'01a22f8c02487f4496a53d51c537db05','{"number": 1, "state": "stored", "error": null, "sha256": "fd7bc6b8ed11d2c773ec89a39277bc18219ca8518497234796de9fab0228805e", "path": "fd/fd7bc6b8ed11d2c773ec89a39277bc18219ca8518497234796de9fab0228805e.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2524}');
INSERT INTO "event" VALUES(35,'01a22f8c135079c2b0aba21c0613907f','picture',1796094038990,'01a22f8c02487f4496a53d51c537db05','{"number": 3, "state": "stored", "error": null, "sha256": "d46e89c4e3796a82151ee1e3ad465efe99f31a0465f09307fa3427500df77012", "path": "d4/d46e89c4e3796a82151ee1e3ad465efe99f31a0465f09307fa3427500df77012.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2498}');
INSERT INTO "event" VALUES(36,'01a22f8c135079c2b0aba21c0613907f','picture',1796094038991,'01a22f8c02487f4496a53d51c537db05','{"number": 2, "state": "stored", "error": null, "sha256": "4f81da2adb1dae80907f287b9f9c3cd17cfd898471477d2cb43d03806ab4bf9d", "path": "4f/4f81da2adb1dae80907f287b9f9c3cd17cfd898471477d2cb43d03806ab4bf9d.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2534}');
INSERT INTO "event" VALUES(37,'01a22f8c135079c2b0aba21c0613907f','picture',1796094038998,'01a22f8c02487f4496a53d51c537db05','{"number": 4, "state": "stored", "error": null, "sha256": "d987aa3095dba8f223cb00c208c7d75df588a55aae0b824959cafdb9ee0f4277", "path": "d9/d987aa3095dba8f223cb00c208c7d75df588a55aae0b824959cafdb9ee0f4277.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2594}');
INSERT INTO "event" VALUES(38,'01a22f8c141a7a9a95c979eac93071cb','intent',1796094039070,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_img2img", "prompt": "its relative", "speed": "fast", "fileUrls": ["http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg"], "stylization": 50}');
INSERT INTO "event" VALUES(39,'01a22f8c141a7a9a95c979eac93071cb','submitted',1796094039090,'01a22f8c02487f4496a53d51c537db05','efadf48ebd95fc7a8e15475a676d7bff');
INSERT INTO "event" VALUES(40,'01a22f8c141a7a9a95c979eac93071cb','generating',1796094039099,'01a22f8c02487f4496a53d51c537db05','{"taskId": "efadf48ebd95fc7a8e15475a676d7bff", "taskType": "mj_img2img", "paramJson": "{\"enableTranslation\":true,\"fileUrls\":[\"http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg\"],\"motion\":\"high\",\"prompt\":\"its relative\",\"speed\":\"fast\",\"stylization\":50,\"taskType\":\"mj_img2img\",\"videoBatchSize\":1}", "completeTime": null, "resultInfoJson": null, "successFlag": 0, "createTime": 1796094039088, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(41,'01a22f8c141a7a9a95c979eac93071cb','succeeded',1796094039123,'01a22f8c02487f4496a53d51c537db05','{"taskId": "efadf48ebd95fc7a8e15475a676d7bff", "taskType": "mj_img2img", "paramJson": "{\"enableTranslation\":true,\"fileUrls\":[\"http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg\"],\"motion\":\"high\",\"prompt\":\"its relative\",\"speed\":\"fast\",\"stylization\":50,\"taskType\":\"mj_img2img\",\"videoBatchSize\":1}", "completeTime": 1796094039118, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094039088, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(42,'01a22f8c141a7a9a95c979eac93071cb','picture',1796094039188,'01a22f8c02487f4496a53d51c537db05','{"number": 3, "state": "stored", "error": null, "sha256": "59101ea1855fb270a31d9e87ac115d41f8fef1f1e9325ac49682f8afbeb0e4e7", "path": "59/59101ea1855fb270a31d9e87ac115d41f8fef1f1e9325ac49682f8afbeb0e4e7.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2398}');
INSERT INTO "event" VALUES(43,'01a22f8c141a7a9a95c979eac93071cb','picture',1796094039195,'01a22f8c02487f4496a53d51c537db05','{"number": 2, "state": "stored", "error": null, "sha256": "3e10349d1ad5b70204a111eb990c373d205c3edf82b64d8556107b9fe866cffe", "path": "3e/3e10349d1ad5b70204a111eb990c373d205c3edf82b64d8556107b9fe866cffe.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2387}');
INSERT INTO "event" VALUES(44,'01a22f8c141a7a9a95c979eac93071cb','picture',1796094039196,'01a22f8c02487f4496a53d51c537db05','{"number": 1, "state": "stored", "error": null, "sha256": "3ad50c8315428feed4c3a6c8c97c5b05378a61f073ff69dbd18d37636a9c6356", "path": "3a/3ad50c8315428feed4c3a6c8c97c5b05378a61f073ff69dbd18d37636a9c6356.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2403}');
INSERT INTO "event" VALUES(45,'01a22f8c141a7a9a95c979eac93071cb','picture',1796094039225,'01a22f8c02487f4496a53d51c537db05','{"number": 4, "state": "stored", "error": null, "sha256": "d4a923a8bf6f8e2529379a5a257b7af4d2ffa28d659b8a08759a8d36560c22ec", "path": "d4/d4a923a8bf6f8e2529379a5a257b7af4d2ffa28d659b8a08759a8d36560c22ec.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2404}');
INSERT INTO "event" VALUES(46,'01a22f8c15dd7f9cb13f88569fea1add','intent',1796094039520,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_txt2img", "prompt": "a storm", "speed": "fast"}');
INSERT INTO "event" VALUES(47,'01a22f8c15dd7f9cb13f88569fea1add','submitted',1796094039594,'01a22f8c02487f4496a53d51c537db05','94c30438a40266e7dcc2d092f7a586cd');
INSERT INTO "event" VALUES(48,'01a22f8c15dd7f9cb13f88569fea1add','failed',1796094039630,'01a22f8c02487f4496a53d51c537db05','{"taskId": "94c30438a40266e7dcc2d092f7a586cd", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a storm\",\"speed\":\"fast\",\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094039620, "resultInfoJson": null, "successFlag": 2, "createTime": 1796094039591, "errorCode": 501, "errorMessage": "The prompt was refused by content moderation"}');
INSERT INTO "event" VALUES(49,'01a22f8c166078158a7242f609afd85c','intent',1796094039649,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_txt2img", "prompt": "an unknown fox", "speed": "fast"}');
INSERT INTO "event" VALUES(50,'01a22f8c166078158a7242f609afd85c','unknown',1796094039706,'01a22f8c02487f4496a53d51c537db05','no answer from http://127.0.0.1:43210: Server disconnected without sending a response.');
INSERT INTO "event" VALUES(51,'01a22f8c16c87f9ca1939803123116ca','intent',1796094039753,'01a22f8c02487f4496a53d51c537db05','{"taskType": "mj_txt2img", "prompt": "a café", "speed": "fast", "stylization": 50}');
INSERT INTO "event" VALUES(52,'01a22f8c16c87f9ca1939803123116ca','submitted',1796094039803,'01a22f8c02487f4496a53d51c537db05','07962eb679b75c24c85e8cd994e59121');
INSERT INTO "event" VALUES(53,'01a22f8c16c87f9ca1939803123116ca','succeeded',1796094039855,'01a22f8c02487f4496a53d51c537db05','{"taskId": "07962eb679b75c24c85e8cd994e59121", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a café\",\"speed\":\"fast\",\"stylization\":50,\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094039833, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094039801, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(54,'01a22f8c16c87f9ca1939803123116ca','picture',1796094039982,'01a22f8c02487f4496a53d51c537db05','{"number": 2, "state": "stored", "error": null, "sha256": "2c7aff63bc90d05a5d60722358771d32b02b256c3aff4436131b830c55d36f7f", "path": "2c/2c7aff63bc90d05a5d60722358771d32b02b256c3aff4436131b830c55d36f7f.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2379}');
INSERT INTO "event" VALUES(55,'01a22f8c16c87f9ca1939803123116ca','picture',1796094039985,'01a22f8c02487f4496a53d51c537db05','{"number": 1, "state": "stored", "error": null, "sha256": "5dc683c54067b70aea25c28fe7855932a2c00b6b3ebecea076c0fe531a21d2ff", "path": "5d/5dc683c54067b70aea25c28fe7855932a2c00b6b3ebecea076c0fe531a21d2ff.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2460}');
INSERT INTO "event" VALUES(56,'01a22f8c16c87f9ca1939803123116ca','picture',1796094039997,'01a22f8c02487f4496a53d51c537db05','{"number": 3, "state": "stored", "error": null, "sha256": "0fbcb6f396c159eab424933178c2b1c348a0f897ad317e9a781055b7b93ea51c", "path": "0f/0fbcb6f396c159eab424933178c2b1c348a0f897ad317e9a781055b7b93ea51c.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2338}');
INSERT INTO "event" VALUES(57,'01a22f8c16c87f9ca1939803123116ca','picture',1796094040001,'01a22f8c02487f4496a53d51c537db05','{"number": 4, "state": "stored", "error": null, "sha256": "1bf0319555ef8edd30ff81a233911883acfba59686a1f797e021e35b8374f94d", "path": "1b/1bf0319555ef8edd30ff81a233911883acfba59686a1f797e021e35b8374f94d.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2381}');
INSERT INTO "event" VALUES(58,'01a22f8c19157d7c8533fd5f2dc0589b','intent',1796094040343,'01a22f8c181b7314af8a19c37c7debb2','{"taskType": "mj_txt2img", "prompt": "a harbour", "speed": "fast", "stylization": 0}');
INSERT INTO "event" VALUES(59,'01a22f8c194270a4802759e89348117f','intent',1796094040388,'01a22f8c181b7314af8a19c37c7debb2','{"taskType": "mj_txt2img", "prompt": "a harbour", "speed": "fast", "stylization": 250}');
INSERT INTO "event" VALUES(60,'01a22f8c19157d7c8533fd5f2dc0589b','submitted',1796094040436,'01a22f8c181b7314af8a19c37c7debb2','a74b1f99377451afc2427062a5f7dbd0');
INSERT INTO "event" VALUES(61,'01a22f8c194270a4802759e89348117f','submitted',1796094040442,'01a22f8c181b7314af8a19c37c7debb2','aac376931cc62f737ba20fd060f4b3a9');
INSERT INTO "event" VALUES(62,'01a22f8c194270a4802759e89348117f','succeeded',1796094040501,'01a22f8c181b7314af8a19c37c7debb2','{"taskId": "aac376931cc62f737ba20fd060f4b3a9", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a harbour\",\"speed\":\"fast\",\"stylization\":250,\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094040450, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094040421, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(63,'01a22f8c19157d7c8533fd5f2dc0589b','succeeded',1796094040592,'01a22f8c181b7314af8a19c37c7debb2','{"taskId": "a74b1f99377451afc2427062a5f7dbd0", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a harbour\",\"speed\":\"fast\",\"stylization\":0,\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094040448, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094040421, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(64,'01a22f8c19157d7c8533fd5f2dc0589b','picture',1796094040950,'01a22f8c181b7314af8a19c37c7debb2','{"number": 3, "state": "stored", "error": null, "sha256": "66a318835521c06e7853a8e97c40c63bfd637fb329942e87c06c450458d635c1", "path": "66/66a318835521c06e7853a8e97c40c63bfd637fb329942e87c06c450458d635c1.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1768}');
INSERT INTO "event" VALUES(65,'01a22f8c19157d7c8533fd5f2dc0589b','picture',1796094040969,'01a22f8c181b7314af8a19c37c7debb2','{"number": 4, "state": "stored", "error": null, "sha256": "db1cab02aed76cb952e49b2e4bf65692789c511d1aef166a05444785df0dd09b", "path": "db/db1cab02aed76cb952e49b2e4bf65692789c511d1aef166a05444785df0dd09b.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1824}');
INSERT INTO "event" VALUES(66,'01a22f8c194270a4802759e89348117f','picture',1796094040990,'01a22f8c181b7314af8a19c37c7debb2','{"number": 4, "state": "stored", "error": null, "sha256": "a43a3de258db9307875315ce84d70c8e2ae631a755dbec278c21ad26242d9307", "path": "a4/a43a3de258db9307875315ce84d70c8e2ae631a755dbec278c21ad26242d9307.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2095}');
INSERT INTO "event" VALUES(67,'01a22f8c19157d7c8533fd5f2dc0589b','picture',1796094040993,'01a22f8c181b7314af8a19c37c7debb2','{"number": 2, "state": "stored", "error": null, "sha256": "b5f73ffad257194b632d983c6cac9a18479799d5a074c6f1a1c2b7bc31f8b8b3", "path": "b5/b5f73ffad257194b632d983c6cac9a18479799d5a074c6f1a1c2b7bc31f8b8b3.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1790}');
INSERT INTO "event" VALUES(68,'01a22f8c194270a4802759e89348117f','picture',1796094040995,'01a22f8c181b7314af8a19c37c7debb2','{"number": 1, "state": "stored", "error": null, "sha256": "5e9aeb163a8391d4653e46e3fece7ffc2fdf586bf7ce0857e80b994824b6469e", "path": "5e/5e9aeb163a8391d4653e46e3fece7ffc2fdf586bf7ce0857e80b994824b6469e.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2102}');
INSERT INTO "event" VALUES(69,'01a22f8c19157d7c8533fd5f2dc0589b','picture',1796094040996,'01a22f8c181b7314af8a19c37c7debb2','{"number": 1, "state": "stored", "error": null, "sha256": "91e41fff5c68863efb01143ea7cbeaa14d476a7f32a43b692f5efc2daf0a6848", "path": "91/91e41fff5c68863efb01143ea7cbeaa14d476a7f32a43b692f5efc2daf0a6848.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 1830}');
INSERT INTO "event" VALUES(70,'01a22f8c194270a4802759e89348117f','picture',1796094040998,'01a22f8c181b7314af8a19c37c7debb2','{"number": 3, "state": "stored", "error": null, "sha256": "d37999c3c900de0931715e6f6ef381ba77b9fbc23dbc29d710c19b7d24d19fde", "path": "d3/d37999c3c900de0931715e6f6ef381ba77b9fbc23dbc29d710c19b7d24d19fde.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2085}');
INSERT INTO "event" VALUES(71,'01a22f8c194270a4802759e89348117f','picture',1796094041001,'01a22f8c181b7314af8a19c37c7debb2','{"number": 2, "state": "stored", "error": null, "sha256": "627b0a1a4aa6d6c68cb53c7ef42e5de3da36afc63e403c70cf62c0a9918dfcc2", "path": "62/627b0a1a4aa6d6c68cb53c7ef42e5de3da36afc63e403c70cf62c0a9918dfcc2.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2138}');
INSERT INTO "event" VALUES(72,'01a22f8c1e6a73a7b985b98e48ad4880','intent',1796094041707,'01a22f8c1d527cd69f34092b3e1da6d2','{"taskType": "mj_txt2img", "prompt": "a sandbox fox", "speed": "fast"}');
INSERT INTO "event" VALUES(73,'01a22f8c1e6a73a7b985b98e48ad4880','submitted',1796094041788,'01a22f8c1d527cd69f34092b3e1da6d2','9a3f4cb2f1a6fad6ef0cd4dcb1730b0e');
INSERT INTO "event" VALUES(74,'01a22f8c1e6a73a7b985b98e48ad4880','succeeded',1796094041862,'01a22f8c1d527cd69f34092b3e1da6d2','{"taskId": "9a3f4cb2f1a6fad6ef0cd4dcb1730b0e", "taskType": "mj_txt2img", "paramJson": "{\"enableTranslation\":true,\"motion\":\"high\",\"prompt\":\"a sandbox fox\",\"speed\":\"fast\",\"taskType\":\"mj_txt2img\",\"videoBatchSize\":1}", "completeTime": 1796094041816, "resultInfoJson": {"resultUrls": [{"resultUrl": "http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_0.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_1.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_2.jpeg"}, {"resultUrl": "http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_3.jpeg"}]}, "successFlag": 1, "createTime": 1796094041786, "errorCode": null, "errorMessage": null}');
INSERT INTO "event" VALUES(75,'01a22f8c1e6a73a7b985b98e48ad4880','picture',1796094042212,'01a22f8c1d527cd69f34092b3e1da6d2','{"number": 1, "state": "stored", "error": null, "sha256": "304518539c460a378ddd03a1d04371465826be2c68e83276db68680893159f96", "path": "30/304518539c460a378ddd03a1d04371465826be2c68e83276db68680893159f96.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2422}');
INSERT INTO "event" VALUES(76,'01a22f8c1e6a73a7b985b98e48ad4880','picture',1796094042218,'01a22f8c1d527cd69f34092b3e1da6d2','{"number": 3, "state": "stored", "error": null, "sha256": "49be055c2da6f4d04465fd730305355d3441224b5f3b29f2d174b0bb1eea27b7", "path": "49/49be055c2da6f4d04465fd730305355d3441224b5f3b29f2d174b0bb1eea27b7.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2336}');
INSERT INTO "event" VALUES(77,'01a22f8c1e6a73a7b985b98e48ad4880','picture',1796094042223,'01a22f8c1d527cd69f34092b3e1da6d2','{"number": 4, "state": "stored", "error": null, "sha256": "643c9c9710f71237e24d6a44be0196a1ac0d5a4223a6178f2f6db18da22421ae", "path": "64/643c9c9710f71237e24d6a44be0196a1ac0d5a4223a6178f2f6db18da22421ae.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2424}');
INSERT INTO "event" VALUES(78,'01a22f8c1e6a73a7b985b98e48ad4880','picture',1796094042232,'01a22f8c1d527cd69f34092b3e1da6d2','{"number": 2, "state": "stored", "error": null, "sha256": "f421f3617b7596eb10f7015b21b160f55c6e840c854db134fd0fddfd3a0ff311", "path": "f4/f421f3617b7596eb10f7015b21b160f55c6e840c854db134fd0fddfd3a0ff311.jpg", "mime": "image/jpeg", "width": 64, "height": 64, "size": 2382}');
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
INSERT INTO "image" VALUES('01a22f8c0c2473cab2e10e81dc41b5ea',1,'http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_0.jpeg','stored','f26f43ffdb2c2b68d11cf699ee533df5a7661ccd4f44f1bc89640af501b87bfd','f2/f26f43ffdb2c2b68d11cf699ee533df5a7661ccd4f44f1bc89640af501b87bfd.jpg','image/jpeg',64,64,2057,NULL,8);
INSERT INTO "image" VALUES('01a22f8c0c2473cab2e10e81dc41b5ea',2,'http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_1.jpeg','stored','7daff1c70048ce7c5c10c74901d1694dfde1b1692f790500869994a86742343a','7d/7daff1c70048ce7c5c10c74901d1694dfde1b1692f790500869994a86742343a.jpg','image/jpeg',64,64,2036,NULL,9);
INSERT INTO "image" VALUES('01a22f8c0c2473cab2e10e81dc41b5ea',3,'http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_2.jpeg','stored','d2ec56d2f936db31aa827338afbef7ba3d146179e9ff092a5654b6623b3a1b53','d2/d2ec56d2f936db31aa827338afbef7ba3d146179e9ff092a5654b6623b3a1b53.jpg','image/jpeg',64,64,2031,NULL,10);
INSERT INTO "image" VALUES('01a22f8c0c2473cab2e10e81dc41b5ea',4,'http://127.0.0.1:43210/m/751b7333f5f300e4529f40256b06128d_0_3.jpeg','stored','45077e457d7098c4966c6f1ed7f17a0b38ed4518f99701311b184370b7d63c3c','45/45077e457d7098c4966c6f1ed7f17a0b38ed4518f99701311b184370b7d63c3c.jpg','image/jpeg',64,64,2046,NULL,11);
INSERT INTO "image" VALUES('01a22f8c0bde76b587ce99754cef2070',1,'http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_0.jpeg','stored','5b646b55a4c525cb96fd555bed5811753cd9d2fd9011ab26acc83d25a9fe41fa','5b/5b646b55a4c525cb96fd555bed5811753cd9d2fd9011ab26acc83d25a9fe41fa.jpg','image/jpeg',64,64,1724,NULL,14);
INSERT INTO "image" VALUES('01a22f8c0bde76b587ce99754cef2070',2,'http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_1.jpeg','stored','a3e4ed237904941beab9b1ddc6433ccaa783d96b759aa2a41dacdb969d5fd93a','a3/a3e4ed237904941beab9b1ddc6433ccaa783d96b759aa2a41dacdb969d5fd93a.jpg','image/jpeg',64,64,1783,NULL,7);
INSERT INTO "image" VALUES('01a22f8c0bde76b587ce99754cef2070',3,'http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_2.jpeg','stored','ab257b5580cf769283d239f3bb97d61a9d3b1eb55026b7a63dbc9b2edbdaa506','ab/ab257b5580cf769283d239f3bb97d61a9d3b1eb55026b7a63dbc9b2edbdaa506.jpg','image/jpeg',64,64,1738,NULL,12);
INSERT INTO "image" VALUES('01a22f8c0bde76b587ce99754cef2070',4,'http://127.0.0.1:43210/m/41abfe148ebc667294298ffb6e1e7b18_0_3.jpeg','stored','5150b44fcf7f8118b8eab2a5b953cdf9001d50b633ab042761b2b17f379ea981','51/5150b44fcf7f8118b8eab2a5b953cdf9001d50b633ab042761b2b17f379ea981.jpg','image/jpeg',64,64,1752,NULL,13);
INSERT INTO "image" VALUES('01a22f8c11847eebb33278f397b08c18',1,'http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_0.jpeg','stored','324b952524c97245719aff267f1e892d60b1f6f3f810845ebe395998bca0d5eb','32/324b952524c97245719aff267f1e892d60b1f6f3f810845ebe395998bca0d5eb.jpg','image/jpeg',64,64,1259,NULL,26);
INSERT INTO "image" VALUES('01a22f8c11847eebb33278f397b08c18',2,'http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_1.jpeg','stored','44fa84635842e821aa82b6cd6d612bfb94bf99f2e0e0b677614ed8268ca6de38','44/44fa84635842e821aa82b6cd6d612bfb94bf99f2e0e0b677614ed8268ca6de38.jpg','image/jpeg',64,64,1275,NULL,24);
INSERT INTO "image" VALUES('01a22f8c11847eebb33278f397b08c18',3,'http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_2.jpeg','stored','b86724541f18bf342eb1d64de02e65f73df4ec7ff54e1b1bda755ee64f384984','b8/b86724541f18bf342eb1d64de02e65f73df4ec7ff54e1b1bda755ee64f384984.jpg','image/jpeg',64,64,1280,NULL,25);
INSERT INTO "image" VALUES('01a22f8c11847eebb33278f397b08c18',4,'http://127.0.0.1:43210/m/ddf03134cc0344aca1109c9184a50ef1_0_3.jpeg','stored','a275d3c2ab2ddb1023dc79bba2c48e17dd78d1166f3ba0cefb548a5c612b825c','a2/a275d3c2ab2ddb1023dc79bba2c48e17dd78d1166f3ba0cefb548a5c612b825c.jpg','image/jpeg',64,64,1282,NULL,27);
INSERT INTO "image" VALUES('01a22f8c117470b39145ac5b0965e123',1,'http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_0.jpeg','stored','8cfac8c1f871c750068809117e1a513c204993dacc1f2cef80b1e34b3c1cfe6d','8c/8cfac8c1f871c750068809117e1a513c204993dacc1f2cef80b1e34b3c1cfe6d.jpg','image/jpeg',64,64,1226,NULL,23);
INSERT INTO "image" VALUES('01a22f8c117470b39145ac5b0965e123',2,'http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_1.jpeg','stored','190cc481de520734b45c82020c0daeb2e97c1aa35b7848169fc0fa5e14aa7ef9','19/190cc481de520734b45c82020c0daeb2e97c1aa35b7848169fc0fa5e14aa7ef9.jpg','image/jpeg',64,64,1229,NULL,22);
INSERT INTO "image" VALUES('01a22f8c117470b39145ac5b0965e123',3,'http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_2.jpeg','stored','d948871ed22422faa071b7896866b86d36651af3fd8b6012c4ee09582afe86f0','d9/d948871ed22422faa071b7896866b86d36651af3fd8b6012c4ee09582afe86f0.jpg','image/jpeg',64,64,1233,NULL,28);
INSERT INTO "image" VALUES('01a22f8c117470b39145ac5b0965e123',4,'http://127.0.0.1:43210/m/43d2d47bc79c7edd63b757fcb17bebb6_0_3.jpeg','stored','e85c84dd7c9e2d2c77436178eac667682d60067ed3849a51e1fbb89fc2c0b75c','e8/e85c84dd7c9e2d2c77436178eac667682d60067ed3849a51e1fbb89fc2c0b75c.jpg','image/jpeg',64,64,1221,NULL,29);
INSERT INTO "image" VALUES('01a22f8c135079c2b0aba21c0613907f',1,'http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg','stored','fd7bc6b8ed11d2c773ec89a39277bc18219ca8518497234796de9fab0228805e','fd/fd7bc6b8ed11d2c773ec89a39277bc18219ca8518497234796de9fab0228805e.jpg','image/jpeg',64,64,2524,NULL,34);
INSERT INTO "image" VALUES('01a22f8c135079c2b0aba21c0613907f',2,'http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_1.jpeg','stored','4f81da2adb1dae80907f287b9f9c3cd17cfd898471477d2cb43d03806ab4bf9d','4f/4f81da2adb1dae80907f287b9f9c3cd17cfd898471477d2cb43d03806ab4bf9d.jpg','image/jpeg',64,64,2534,NULL,36);
INSERT INTO "image" VALUES('01a22f8c135079c2b0aba21c0613907f',3,'http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_2.jpeg','stored','d46e89c4e3796a82151ee1e3ad465efe99f31a0465f09307fa3427500df77012','d4/d46e89c4e3796a82151ee1e3ad465efe99f31a0465f09307fa3427500df77012.jpg','image/jpeg',64,64,2498,NULL,35);
INSERT INTO "image" VALUES('01a22f8c135079c2b0aba21c0613907f',4,'http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_3.jpeg','stored','d987aa3095dba8f223cb00c208c7d75df588a55aae0b824959cafdb9ee0f4277','d9/d987aa3095dba8f223cb00c208c7d75df588a55aae0b824959cafdb9ee0f4277.jpg','image/jpeg',64,64,2594,NULL,37);
INSERT INTO "image" VALUES('01a22f8c141a7a9a95c979eac93071cb',1,'http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_0.jpeg','stored','3ad50c8315428feed4c3a6c8c97c5b05378a61f073ff69dbd18d37636a9c6356','3a/3ad50c8315428feed4c3a6c8c97c5b05378a61f073ff69dbd18d37636a9c6356.jpg','image/jpeg',64,64,2403,NULL,44);
INSERT INTO "image" VALUES('01a22f8c141a7a9a95c979eac93071cb',2,'http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_1.jpeg','stored','3e10349d1ad5b70204a111eb990c373d205c3edf82b64d8556107b9fe866cffe','3e/3e10349d1ad5b70204a111eb990c373d205c3edf82b64d8556107b9fe866cffe.jpg','image/jpeg',64,64,2387,NULL,43);
INSERT INTO "image" VALUES('01a22f8c141a7a9a95c979eac93071cb',3,'http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_2.jpeg','stored','59101ea1855fb270a31d9e87ac115d41f8fef1f1e9325ac49682f8afbeb0e4e7','59/59101ea1855fb270a31d9e87ac115d41f8fef1f1e9325ac49682f8afbeb0e4e7.jpg','image/jpeg',64,64,2398,NULL,42);
INSERT INTO "image" VALUES('01a22f8c141a7a9a95c979eac93071cb',4,'http://127.0.0.1:43210/m/efadf48ebd95fc7a8e15475a676d7bff_0_3.jpeg','stored','d4a923a8bf6f8e2529379a5a257b7af4d2ffa28d659b8a08759a8d36560c22ec','d4/d4a923a8bf6f8e2529379a5a257b7af4d2ffa28d659b8a08759a8d36560c22ec.jpg','image/jpeg',64,64,2404,NULL,45);
INSERT INTO "image" VALUES('01a22f8c16c87f9ca1939803123116ca',1,'http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_0.jpeg','stored','5dc683c54067b70aea25c28fe7855932a2c00b6b3ebecea076c0fe531a21d2ff','5d/5dc683c54067b70aea25c28fe7855932a2c00b6b3ebecea076c0fe531a21d2ff.jpg','image/jpeg',64,64,2460,NULL,55);
INSERT INTO "image" VALUES('01a22f8c16c87f9ca1939803123116ca',2,'http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_1.jpeg','stored','2c7aff63bc90d05a5d60722358771d32b02b256c3aff4436131b830c55d36f7f','2c/2c7aff63bc90d05a5d60722358771d32b02b256c3aff4436131b830c55d36f7f.jpg','image/jpeg',64,64,2379,NULL,54);
INSERT INTO "image" VALUES('01a22f8c16c87f9ca1939803123116ca',3,'http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_2.jpeg','stored','0fbcb6f396c159eab424933178c2b1c348a0f897ad317e9a781055b7b93ea51c','0f/0fbcb6f396c159eab424933178c2b1c348a0f897ad317e9a781055b7b93ea51c.jpg','image/jpeg',64,64,2338,NULL,56);
INSERT INTO "image" VALUES('01a22f8c16c87f9ca1939803123116ca',4,'http://127.0.0.1:43210/m/07962eb679b75c24c85e8cd994e59121_0_3.jpeg','stored','1bf0319555ef8edd30ff81a233911883acfba59686a1f797e021e35b8374f94d','1b/1bf0319555ef8edd30ff81a233911883acfba59686a1f797e021e35b8374f94d.jpg','image/jpeg',64,64,2381,NULL,57);
INSERT INTO "image" VALUES('01a22f8c194270a4802759e89348117f',1,'http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_0.jpeg','stored','5e9aeb163a8391d4653e46e3fece7ffc2fdf586bf7ce0857e80b994824b6469e','5e/5e9aeb163a8391d4653e46e3fece7ffc2fdf586bf7ce0857e80b994824b6469e.jpg','image/jpeg',64,64,2102,NULL,68);
INSERT INTO "image" VALUES('01a22f8c194270a4802759e89348117f',2,'http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_1.jpeg','stored','627b0a1a4aa6d6c68cb53c7ef42e5de3da36afc63e403c70cf62c0a9918dfcc2','62/627b0a1a4aa6d6c68cb53c7ef42e5de3da36afc63e403c70cf62c0a9918dfcc2.jpg','image/jpeg',64,64,2138,NULL,71);
INSERT INTO "image" VALUES('01a22f8c194270a4802759e89348117f',3,'http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_2.jpeg','stored','d37999c3c900de0931715e6f6ef381ba77b9fbc23dbc29d710c19b7d24d19fde','d3/d37999c3c900de0931715e6f6ef381ba77b9fbc23dbc29d710c19b7d24d19fde.jpg','image/jpeg',64,64,2085,NULL,70);
INSERT INTO "image" VALUES('01a22f8c194270a4802759e89348117f',4,'http://127.0.0.1:43210/m/aac376931cc62f737ba20fd060f4b3a9_0_3.jpeg','stored','a43a3de258db9307875315ce84d70c8e2ae631a755dbec278c21ad26242d9307','a4/a43a3de258db9307875315ce84d70c8e2ae631a755dbec278c21ad26242d9307.jpg','image/jpeg',64,64,2095,NULL,66);
INSERT INTO "image" VALUES('01a22f8c19157d7c8533fd5f2dc0589b',1,'http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_0.jpeg','stored','91e41fff5c68863efb01143ea7cbeaa14d476a7f32a43b692f5efc2daf0a6848','91/91e41fff5c68863efb01143ea7cbeaa14d476a7f32a43b692f5efc2daf0a6848.jpg','image/jpeg',64,64,1830,NULL,69);
INSERT INTO "image" VALUES('01a22f8c19157d7c8533fd5f2dc0589b',2,'http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_1.jpeg','stored','b5f73ffad257194b632d983c6cac9a18479799d5a074c6f1a1c2b7bc31f8b8b3','b5/b5f73ffad257194b632d983c6cac9a18479799d5a074c6f1a1c2b7bc31f8b8b3.jpg','image/jpeg',64,64,1790,NULL,67);
INSERT INTO "image" VALUES('01a22f8c19157d7c8533fd5f2dc0589b',3,'http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_2.jpeg','stored','66a318835521c06e7853a8e97c40c63bfd637fb329942e87c06c450458d635c1','66/66a318835521c06e7853a8e97c40c63bfd637fb329942e87c06c450458d635c1.jpg','image/jpeg',64,64,1768,NULL,64);
INSERT INTO "image" VALUES('01a22f8c19157d7c8533fd5f2dc0589b',4,'http://127.0.0.1:43210/m/a74b1f99377451afc2427062a5f7dbd0_0_3.jpeg','stored','db1cab02aed76cb952e49b2e4bf65692789c511d1aef166a05444785df0dd09b','db/db1cab02aed76cb952e49b2e4bf65692789c511d1aef166a05444785df0dd09b.jpg','image/jpeg',64,64,1824,NULL,65);
INSERT INTO "image" VALUES('01a22f8c1e6a73a7b985b98e48ad4880',1,'http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_0.jpeg','stored','304518539c460a378ddd03a1d04371465826be2c68e83276db68680893159f96','30/304518539c460a378ddd03a1d04371465826be2c68e83276db68680893159f96.jpg','image/jpeg',64,64,2422,NULL,75);
INSERT INTO "image" VALUES('01a22f8c1e6a73a7b985b98e48ad4880',2,'http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_1.jpeg','stored','f421f3617b7596eb10f7015b21b160f55c6e840c854db134fd0fddfd3a0ff311','f4/f421f3617b7596eb10f7015b21b160f55c6e840c854db134fd0fddfd3a0ff311.jpg','image/jpeg',64,64,2382,NULL,78);
INSERT INTO "image" VALUES('01a22f8c1e6a73a7b985b98e48ad4880',3,'http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_2.jpeg','stored','49be055c2da6f4d04465fd730305355d3441224b5f3b29f2d174b0bb1eea27b7','49/49be055c2da6f4d04465fd730305355d3441224b5f3b29f2d174b0bb1eea27b7.jpg','image/jpeg',64,64,2336,NULL,76);
INSERT INTO "image" VALUES('01a22f8c1e6a73a7b985b98e48ad4880',4,'http://127.0.0.1:43210/m/9a3f4cb2f1a6fad6ef0cd4dcb1730b0e_0_3.jpeg','stored','643c9c9710f71237e24d6a44be0196a1ac0d5a4223a6178f2f6db18da22421ae','64/643c9c9710f71237e24d6a44be0196a1ac0d5a4223a6178f2f6db18da22421ae.jpg','image/jpeg',64,64,2424,NULL,77);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
)
 STRICT

;
INSERT INTO "meta" VALUES('schema_version','4');
INSERT INTO "meta" VALUES('ledger_id','c89b71ec1878119d');
INSERT INTO "meta" VALUES('credits of bb340639d812','{"credits": 9960.0, "before": 37, "at": 1796094039026}');
INSERT INTO "meta" VALUES('credits of ccdc3d7c3529','{"credits": 9928.0, "before": 0, "at": 1796094040258}');
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
CREATE TABLE place (
	id TEXT NOT NULL, 
	payer TEXT NOT NULL, 
	session TEXT NOT NULL, 
	used INTEGER NOT NULL, 
	free_at INTEGER NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "place" VALUES('01a22f8c1e3f7c51b3fcb289a055211f','bb340639d8124360','01a22f8c1d527cd69f34092b3e1da6d2',1,2437559);
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
CREATE TABLE session (
	id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	born TEXT NOT NULL, 
	started_at INTEGER NOT NULL, 
	ended_at INTEGER, 
	seen_at INTEGER, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "session" VALUES('01a22f8c02487f4496a53d51c537db05','elsewhere',15161,'242527',1796094034512,1796094040024,1796094034513);
INSERT INTO "session" VALUES('01a22f8c181b7314af8a19c37c7debb2','elsewhere',15161,'242527',1796094040128,1796094041385,1796094040128);
INSERT INTO "session" VALUES('01a22f8c1d527cd69f34092b3e1da6d2','elsewhere',15161,'242527',1796094041432,1796094042256,1796094041433);
CREATE TABLE sweep (
	id TEXT NOT NULL, 
	spec_json TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "sweep" VALUES('01a22f8c0a8a7b2aa125ad740e386433','{"prompt": "a lighthouse at dusk", "axes": {"stylization": [0, 250]}, "fixed": {"prompt": "a lighthouse at dusk"}, "repeat": 1, "how": {"kind": "grid", "seed": 0, "order": "random", "speed": "fast", "n": null, "around": {}, "between": {}}, "points": null, "run_order": [0, 1]}',1796094036618);
INSERT INTO "sweep" VALUES('01a22f8c1141796394a03f5f6db86762','{"prompt": "a fox  like this", "axes": {"weirdness": [0, 500]}, "fixed": {"prompt": "a fox  like this", "file_urls": ["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"]}, "repeat": 1, "how": {"kind": "grid", "seed": 0, "order": "random", "speed": "fast", "n": null, "around": {}, "between": {}}, "points": null, "run_order": [0, 1]}',1796094038337);
INSERT INTO "sweep" VALUES('01a22f8c13e470688c792a9cc83a4ba8','{"prompt": "its relative", "axes": {"stylization": [50]}, "fixed": {"prompt": "its relative", "file_urls": ["http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg"]}, "repeat": 1, "how": {"kind": "grid", "seed": 0, "order": "random", "speed": "fast", "n": null, "around": {}, "between": {}}, "points": null, "run_order": [0]}',1796094039012);
INSERT INTO "sweep" VALUES('01a22f8c18a2739894cd0d475c85af20','{"prompt": "a harbour", "axes": {"stylization": [0, 250]}, "fixed": {"prompt": "a harbour"}, "repeat": 1, "how": {"kind": "grid", "seed": 0, "order": "random", "speed": "fast", "n": null, "around": {}, "between": {}}, "points": null, "run_order": [0, 1]}',1796094040226);
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
	owner TEXT, 
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
INSERT INTO "task" VALUES('01a22f8c0bde76b587ce99754cef2070','41abfe148ebc667294298ffb6e1e7b18','succeeded','mj_txt2img','a lighthouse at dusk','fast',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a lighthouse at dusk", "speed": "fast", "stylization": 0}','{"enableTranslation":true,"motion":"high","prompt":"a lighthouse at dusk","speed":"fast","stylization":0,"taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','31c1bcf4e3659314e353230b44a79fb3b0238601f8302fa255d8fec8d14a490e','Hnb21XfpriZJICBqQnYhOw','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,'01a22f8c0a8a7b2aa125ad740e386433',0,NULL,NULL,1796094036958,1796094037058,1796094037081,31,NULL,NULL,8.0,14);
INSERT INTO "task" VALUES('01a22f8c0c2473cab2e10e81dc41b5ea','751b7333f5f300e4529f40256b06128d','succeeded','mj_txt2img','a lighthouse at dusk','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a lighthouse at dusk", "speed": "fast", "stylization": 250}','{"enableTranslation":true,"motion":"high","prompt":"a lighthouse at dusk","speed":"fast","stylization":250,"taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','8b7df3d0fc22c03bf137adca40e35e20f4c9225a30afe0a86a5e817eeeab97e5','J4m1-qTrrRvWYuwMtpYLhQ','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,'01a22f8c0a8a7b2aa125ad740e386433',1,NULL,NULL,1796094037028,1796094037069,1796094037079,29,NULL,NULL,8.0,11);
INSERT INTO "task" VALUES('01a22f8c117470b39145ac5b0965e123','43d2d47bc79c7edd63b757fcb17bebb6','succeeded','mj_img2img','a fox  like this','fast','["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"]',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_img2img", "prompt": "a fox  like this", "speed": "fast", "fileUrls": ["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"], "weirdness": 0}','{"enableTranslation":true,"fileUrls":["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"],"motion":"high","prompt":"a fox  like this","speed":"fast","taskType":"mj_img2img","videoBatchSize":1,"weirdness":0}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','3e6b46bdcaae6f8e18a9ef0119fc947a345dd39972c6e1dbb31f3d9716addd83','v3ymPnxlVdWs_oIF2_iUrg','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,'01a22f8c1141796394a03f5f6db86762',0,NULL,NULL,1796094038388,1796094038424,1796094038455,33,NULL,NULL,8.0,29);
INSERT INTO "task" VALUES('01a22f8c11847eebb33278f397b08c18','ddf03134cc0344aca1109c9184a50ef1','succeeded','mj_img2img','a fox  like this','fast','["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"]',NULL,NULL,NULL,NULL,500,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_img2img", "prompt": "a fox  like this", "speed": "fast", "fileUrls": ["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"], "weirdness": 500}','{"enableTranslation":true,"fileUrls":["http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png"],"motion":"high","prompt":"a fox  like this","speed":"fast","taskType":"mj_img2img","videoBatchSize":1,"weirdness":500}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','8378a41e248ed402e7f6b0b7644904cdf0b388d7d89aba3f23f0c2513143e4a5','2u5EhfeaV2rxCyL85-SDUg','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,'01a22f8c1141796394a03f5f6db86762',1,NULL,NULL,1796094038404,1796094038426,1796094038451,29,NULL,NULL,8.0,27);
INSERT INTO "task" VALUES('01a22f8c135079c2b0aba21c0613907f','cb918d8412fe90a045325bd455703e36','succeeded','mj_txt2img','a tower','fast',NULL,NULL,NULL,NULL,100,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a tower", "speed": "fast", "stylization": 100}','{"enableTranslation":true,"motion":"high","prompt":"a tower","speed":"fast","stylization":100,"taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','52a476bf8885e91e64da0d94f86df1366b443ef8012e34a3ef669ecef7816c64','NjqmWgqXXHUp_Ui-MsIKEw','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,NULL,NULL,NULL,NULL,1796094038865,1796094038874,1796094038910,37,NULL,NULL,8.0,37);
INSERT INTO "task" VALUES('01a22f8c141a7a9a95c979eac93071cb','efadf48ebd95fc7a8e15475a676d7bff','succeeded','mj_img2img','its relative','fast','["http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg"]',NULL,NULL,NULL,50,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_img2img", "prompt": "its relative", "speed": "fast", "fileUrls": ["http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg"], "stylization": 50}','{"enableTranslation":true,"fileUrls":["http://127.0.0.1:43210/m/cb918d8412fe90a045325bd455703e36_0_0.jpeg"],"motion":"high","prompt":"its relative","speed":"fast","stylization":50,"taskType":"mj_img2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','300dd3069199ef6b5a2fba25529457716c22634df97f20ec0abb96b0c3117879','EVyVR14IiAGSCnmNzFL0Yw','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,'01a22f8c13e470688c792a9cc83a4ba8',0,NULL,NULL,1796094039066,1796094039089,1796094039118,30,NULL,NULL,8.0,45);
INSERT INTO "task" VALUES('01a22f8c15dd7f9cb13f88569fea1add','94c30438a40266e7dcc2d092f7a586cd','failed','mj_txt2img','a storm','fast',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a storm", "speed": "fast"}','{"enableTranslation":true,"motion":"high","prompt":"a storm","speed":"fast","taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','2fc30c8cf7a368150505c60000a958b81907527c308e85028ba302092590c6cc','2Rungo3ORp9eGo6tp5Oqwg','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,NULL,NULL,NULL,NULL,1796094039518,1796094039592,1796094039620,29,'501','The prompt was refused by content moderation',8.0,48);
INSERT INTO "task" VALUES('01a22f8c166078158a7242f609afd85c',NULL,'unknown','mj_txt2img','an unknown fox','fast',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "an unknown fox", "speed": "fast"}',NULL,NULL,'b1865740713141abf00f458919062828bd9eb75fedc63d56fa821bcea94c76da','dn6ayp_uLNrns3U_KuSVPg','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,NULL,NULL,NULL,NULL,1796094039649,NULL,NULL,NULL,NULL,'no answer from http://127.0.0.1:43210: Server disconnected without sending a response.',8.0,50);
INSERT INTO "task" VALUES('01a22f8c16c87f9ca1939803123116ca','07962eb679b75c24c85e8cd994e59121','succeeded','mj_txt2img','a café','fast',NULL,NULL,NULL,NULL,50,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a café", "speed": "fast", "stylization": 50}','{"enableTranslation":true,"motion":"high","prompt":"a café","speed":"fast","stylization":50,"taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','4f74d72166a206e2299e7eecaf424573b44ca5c22a1a648ac135d061c93be3d7','SCH2fQkC1bK8bc178C9Qjw','01a22f8c02487f4496a53d51c537db05','bb340639d812','http://127.0.0.1:43210',NULL,NULL,NULL,NULL,NULL,1796094039752,1796094039802,1796094039833,32,NULL,NULL,8.0,57);
INSERT INTO "task" VALUES('01a22f8c19157d7c8533fd5f2dc0589b','a74b1f99377451afc2427062a5f7dbd0','succeeded','mj_txt2img','a harbour','fast',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a harbour", "speed": "fast", "stylization": 0}','{"enableTranslation":true,"motion":"high","prompt":"a harbour","speed":"fast","stylization":0,"taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','da3d1c5d698d3f834b9330585976a90cbce3aa40ad4db4eeaa1ac93497db363a','_K6VQR57ZNg0AWqlx_K3bg','01a22f8c181b7314af8a19c37c7debb2','ccdc3d7c3529','http://127.0.0.1:43210',NULL,'01a22f8c18a2739894cd0d475c85af20',0,NULL,NULL,1796094040341,1796094040427,1796094040448,27,NULL,NULL,8.0,69);
INSERT INTO "task" VALUES('01a22f8c194270a4802759e89348117f','aac376931cc62f737ba20fd060f4b3a9','succeeded','mj_txt2img','a harbour','fast',NULL,NULL,NULL,NULL,250,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a harbour", "speed": "fast", "stylization": 250}','{"enableTranslation":true,"motion":"high","prompt":"a harbour","speed":"fast","stylization":250,"taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','29f466b88d77e39bf06dfdb8a9641562099d904e0b4e8f17e625e517a0d498b9','bhqdRcn-I_zaIVl3W4lnog','01a22f8c181b7314af8a19c37c7debb2','ccdc3d7c3529','http://127.0.0.1:43210',NULL,'01a22f8c18a2739894cd0d475c85af20',1,NULL,NULL,1796094040387,1796094040442,1796094040450,29,NULL,NULL,8.0,71);
INSERT INTO "task" VALUES('01a22f8c1e6a73a7b985b98e48ad4880','9a3f4cb2f1a6fad6ef0cd4dcb1730b0e','succeeded','mj_txt2img','a sandbox fox','fast',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"taskType": "mj_txt2img", "prompt": "a sandbox fox", "speed": "fast"}','{"enableTranslation":true,"motion":"high","prompt":"a sandbox fox","speed":"fast","taskType":"mj_txt2img","videoBatchSize":1}','{"defaults": {"enableTranslation": true, "motion": "high", "videoBatchSize": 1}}','616cbc0a78a82438cd7ef4b53d34fc42e4a6366178f08ce49b9ff3965ea82053','AN27FtoE2z7XVhXzYiXYPg','01a22f8c1d527cd69f34092b3e1da6d2','sandbox','http://127.0.0.1:43210',NULL,NULL,NULL,NULL,NULL,1796094041706,1796094041787,1796094041816,30,NULL,NULL,8.0,78);
CREATE TABLE upload (
	sha256 TEXT NOT NULL, 
	account TEXT NOT NULL, 
	url TEXT NOT NULL, 
	expires_at INTEGER NOT NULL, 
	PRIMARY KEY (sha256, account)
)
 STRICT

;
INSERT INTO "upload" VALUES('0995d1b47a68ac822d8116dde440efa3bd46ed015bf4e5d52df54cb17c1e246b','bb340639d812','http://127.0.0.1:43210/f/b268ba1b6bfbb83f45321d94/mjnb/0995d1b47a68ac82.png',1796094074320);
CREATE INDEX task_by_request ON task (request_sha);
CREATE INDEX task_by_parent ON task (parent);
CREATE UNIQUE INDEX task_by_task_id ON task (account, task_id);
CREATE INDEX task_by_rev ON task (rev);
CREATE INDEX task_by_state ON task (state);
CREATE INDEX place_by_payer ON place (payer);
CREATE INDEX ix_event_id ON event (id);
CREATE INDEX image_by_rev ON image (rev);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',78);
COMMIT;
