// The peer: `emulate` for Clerk, as a server with the same protocol as bare.py. It prints its port first; then, for each
// line that it reads, the processor time (s) and the peak memory (bytes) that this process has used.
import http from "node:http";
import net from "node:net";
import readline from "node:readline";
import { createEmulator } from "emulate";

// It would listen on all addresses.
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (port) {
  return listen.call(this, port, "127.0.0.1", () => console.log(port));
};

const probe = net.createServer().listen(0, "127.0.0.1", () => {
  const { port } = probe.address();
  probe.close(() => createEmulator({ service: "clerk", port, baseUrl: `http://127.0.0.1:${port}` }));
});

readline
  .createInterface({ input: process.stdin })
  .on("line", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.log(JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, bytes: maxRSS * 1024 }));
  })
  .on("close", () => process.exit(0));
