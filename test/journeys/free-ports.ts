// Ports for a pair of its own, whatever else runs on the machine.
// Composed by start.ts and by the journey that restarts both sides.
import { createServer, type AddressInfo } from "node:net"

/** Two ports nobody listens on: both are held at once, so that they differ. Another process may still be quicker;
 * the start then says which port was taken. */
export async function freePorts(): Promise<readonly [number, number]> {
  const servers = await Promise.all([listen(), listen()])
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return [ports[0] ?? 0, ports[1] ?? 0]
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => resolve(server))
  })
}
