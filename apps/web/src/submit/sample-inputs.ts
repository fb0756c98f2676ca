/** Small inputs of the examples. */

export const fable = `A crow sat on a branch with a piece of cheese in her beak.
A fox came by, saw the cheese, and wanted it.
"Good day, crow," said the fox. "How black your feathers are, and how bright your eye!
If your voice is as fine as your feathers, you must be the queen of all birds."
The crow was pleased, and wanted the fox to hear her voice.
She opened her beak to sing, and the cheese fell down.
The fox took the cheese, and said:
"Your voice is fine enough, crow. It is your wits that are missing."
And the fox ate the cheese, and the crow sat on the branch without it.
`;

export const accessLog = `10.0.3.21 - - [12/Mar/2026:09:00:03 +0000] "GET /search?q=redis HTTP/1.1" 503 1366
10.0.0.30 - - [12/Mar/2026:09:00:32 +0000] "GET /about HTTP/1.1" 200 3697
10.0.3.3 - - [12/Mar/2026:09:01:15 +0000] "GET / HTTP/1.1" 200 1666
10.0.0.8 - - [12/Mar/2026:09:01:40 +0000] "GET /static/app.js HTTP/1.1" 200 1193
10.0.1.2 - - [12/Mar/2026:09:02:35 +0000] "GET /static/app.js HTTP/1.1" 200 2361
10.0.0.19 - - [12/Mar/2026:09:02:19 +0000] "GET /login HTTP/1.1" 200 3141
10.0.1.12 - - [12/Mar/2026:09:03:06 +0000] "GET /about HTTP/1.1" 404 1208
10.0.3.22 - - [12/Mar/2026:09:03:34 +0000] "GET / HTTP/1.1" 404 7185
10.0.3.12 - - [12/Mar/2026:09:04:19 +0000] "GET /search?q=redis HTTP/1.1" 304 0
10.0.1.3 - - [12/Mar/2026:09:04:36 +0000] "GET /jobs/17 HTTP/1.1" 500 5099
10.0.3.10 - - [12/Mar/2026:09:05:38 +0000] "GET /static/app.css HTTP/1.1" 503 1379
10.0.1.25 - - [12/Mar/2026:09:05:21 +0000] "GET /about HTTP/1.1" 304 0
10.0.3.2 - - [12/Mar/2026:09:06:42 +0000] "GET /jobs HTTP/1.1" 503 1451
10.0.2.20 - - [12/Mar/2026:09:06:31 +0000] "GET /search?q=redis HTTP/1.1" 200 7654
10.0.2.16 - - [12/Mar/2026:09:07:44 +0000] "GET /about HTTP/1.1" 500 1244
10.0.2.21 - - [12/Mar/2026:09:07:36 +0000] "GET / HTTP/1.1" 500 7481
10.0.2.1 - - [12/Mar/2026:09:08:29 +0000] "GET /login HTTP/1.1" 500 6003
10.0.3.2 - - [12/Mar/2026:09:08:13 +0000] "GET /jobs HTTP/1.1" 404 4889
10.0.3.13 - - [12/Mar/2026:09:09:58 +0000] "GET /jobs HTTP/1.1" 500 8314
10.0.3.18 - - [12/Mar/2026:09:09:17 +0000] "GET /about HTTP/1.1" 200 2423
10.0.2.23 - - [12/Mar/2026:09:10:26 +0000] "GET /static/app.js HTTP/1.1" 503 6058
10.0.1.3 - - [12/Mar/2026:09:10:11 +0000] "GET /static/app.js HTTP/1.1" 503 2658
10.0.0.16 - - [12/Mar/2026:09:11:53 +0000] "GET /jobs/17 HTTP/1.1" 404 3167
server restarted
10.0.1.14 - - [12/Mar/2026:09:11:34 +0000] "GET /login HTTP/1.1" 200 6229
10.0.0.15 - - [12/Mar/2026:09:12:57 +0000] "GET /search?q=redis HTTP/1.1" 503 6608
10.0.0.16 - - [12/Mar/2026:09:12:40 +0000] "GET /static/app.js HTTP/1.1" 200 6740
10.0.1.15 - - [12/Mar/2026:09:13:10 +0000] "GET / HTTP/1.1" 200 1981
10.0.0.1 - - [12/Mar/2026:09:13:36 +0000] "GET /search?q=redis HTTP/1.1" 404 2658
10.0.0.3 - - [12/Mar/2026:09:14:55 +0000] "GET /about HTTP/1.1" 503 3587
10.0.2.12 - - [12/Mar/2026:09:14:38 +0000] "GET /static/app.js HTTP/1.1" 200 6146
10.0.3.15 - - [12/Mar/2026:09:15:30 +0000] "GET /static/app.css HTTP/1.1" 200 8107
10.0.0.24 - - [12/Mar/2026:09:15:21 +0000] "GET /login HTTP/1.1" 200 4517
10.0.1.17 - - [12/Mar/2026:09:16:01 +0000] "GET /static/app.css HTTP/1.1" 500 3542
10.0.0.25 - - [12/Mar/2026:09:16:33 +0000] "GET /search?q=redis HTTP/1.1" 200 5063
10.0.2.17 - - [12/Mar/2026:09:17:23 +0000] "GET /about HTTP/1.1" 404 2916
10.0.2.21 - - [12/Mar/2026:09:17:14 +0000] "GET /search?q=redis HTTP/1.1" 500 3377
10.0.1.7 - - [12/Mar/2026:09:18:33 +0000] "GET /jobs/17 HTTP/1.1" 500 8253
10.0.0.26 - - [12/Mar/2026:09:18:17 +0000] "GET /search?q=redis HTTP/1.1" 500 7917
10.0.2.15 - - [12/Mar/2026:09:19:51 +0000] "GET /login HTTP/1.1" 200 5906
10.0.0.8 - - [12/Mar/2026:09:19:30 +0000] "GET /search?q=redis HTTP/1.1" 200 3402
10.0.0.16 - - [12/Mar/2026:09:20:58 +0000] "GET /search?q=redis HTTP/1.1" 200 5816
10.0.0.30 - - [12/Mar/2026:09:20:24 +0000] "GET /about HTTP/1.1" 500 3445
10.0.3.26 - - [12/Mar/2026:09:21:40 +0000] "GET /static/app.css HTTP/1.1" 503 5627
10.0.3.15 - - [12/Mar/2026:09:21:25 +0000] "GET /about HTTP/1.1" 500 1571
10.0.1.1 - - [12/Mar/2026:09:22:09 +0000] "GET /jobs HTTP/1.1" 200 7804
10.0.3.22 - - [12/Mar/2026:09:22:59 +0000] "GET /jobs HTTP/1.1" 404 5921
10.0.1.1 - - [12/Mar/2026:09:23:00 +0000] "GET /jobs HTTP/1.1" 304 0
10.0.1.14 - - [12/Mar/2026:09:23:55 +0000] "GET /about HTTP/1.1" 304 0
10.0.1.1 - - [12/Mar/2026:09:24:16 +0000] "GET /jobs/17 HTTP/1.1" 500 3666
10.0.2.9 - - [12/Mar/2026:09:24:34 +0000] "GET /login HTTP/1.1" 304 0
10.0.0.30 - - [12/Mar/2026:09:25:47 +0000] "GET /static/app.js HTTP/1.1" 500 5976
10.0.3.27 - - [12/Mar/2026:09:25:58 +0000] "GET /static/app.css HTTP/1.1" 404 8399
10.0.0.28 - - [12/Mar/2026:09:26:28 +0000] "GET /jobs HTTP/1.1" 304 0
10.0.1.6 - - [12/Mar/2026:09:26:09 +0000] "GET /jobs HTTP/1.1" 404 7937
10.0.2.22 - - [12/Mar/2026:09:27:33 +0000] "GET /about HTTP/1.1" 304 0
10.0.0.29 - - [12/Mar/2026:09:27:35 +0000] "GET /static/app.css HTTP/1.1" 500 1110
10.0.0.25 - - [12/Mar/2026:09:28:06 +0000] "GET /jobs/17 HTTP/1.1" 200 8498
10.0.0.15 - - [12/Mar/2026:09:28:20 +0000] "GET /static/app.css HTTP/1.1" 304 0
10.0.3.17 - - [12/Mar/2026:09:29:34 +0000] "GET /jobs/17 HTTP/1.1" 404 8012
10.0.2.30 - - [12/Mar/2026:09:29:35 +0000] "GET /jobs/17 HTTP/1.1" 404 3499
`;
