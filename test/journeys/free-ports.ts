// Ports for pairs of their own, whatever else runs on the machine.
// Composed by start.ts and by the journeys that start both sides themselves.
import { createServer, type AddressInfo } from "node:net"

/** The gateway's and the sandbox's. */
export type Ports = readonly [number, number]

/** Two ports nobody listens on: both are held at once, so that they differ. Another process may still be quicker;
 * the start then says which port was taken. */
export async function freePorts(): Promise<Ports> {
  const [pair] = await freePairs(1)
  return pair ?? [0, 0]
}

/** As many such pairs, all of them held at once. */
export async function freePairs(count: number): Promise<readonly Ports[]> {
  const servers = await Promise.all(Array.from({ length: 2 * count }, listen))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return Array.from({ length: count }, (_, nth) => [ports[2 * nth] ?? 0, ports[2 * nth + 1] ?? 0])
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => resolve(server))
  })
}
