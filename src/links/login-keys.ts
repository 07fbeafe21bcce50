// The keys a bank signs its logins with: ID tokens, and redirects where it signs those. oauth4webapi fetches and remembers them; what
// is added is the moment a bank changes its keys. Used by bank-login.ts and bank-redirect.ts.
import * as oauth from "oauth4webapi"

/** Unknown keys are asked for at most once in this time: a redirect is brought by a browser, anybody's. */
const LOOK_AGAIN_MS = 30_000

/** oauth4webapi remembers keys with the metadata's object, so that another object of the same metadata is asked for anew. */
interface Look {
  readonly server: oauth.AuthorizationServer
  readonly at: number
}
const looks = new WeakMap<oauth.AuthorizationServer, Look>()

/** Verify with the bank's keys as we know them; where the one that signed is not among them, once more with the keys it publishes now.
 * @param server its metadata as remembered: the same object for the same bank
 * @throws what `verify` throws */
export async function withLoginKeys<T>(
  server: oauth.AuthorizationServer,
  verify: (server: oauth.AuthorizationServer) => Promise<T>,
): Promise<T> {
  const known = looks.get(server)
  try {
    return await verify(known?.server ?? server)
  } catch (fault) {
    if (!(fault instanceof oauth.OperationProcessingError) || fault.code !== oauth.KEY_SELECTION) throw fault
    return verify(lookAgain(server, known, fault).server)
  }
}

/** @throws `fault` where somebody looked a moment ago */
function lookAgain(server: oauth.AuthorizationServer, known: Look | undefined, fault: unknown): Look {
  const latest = looks.get(server)
  // Looked at while this one was verified: those keys may do.
  if (latest && latest !== known) return latest
  const now = Date.now()
  if (latest && now - latest.at < LOOK_AGAIN_MS) throw fault
  const look = { server: { ...server }, at: now }
  looks.set(server, look)
  return look
}
