// Makes one Node function of workerd behave as Node's own does. Imported before anything else by worker.ts,
// because oidc-provider calls `buffer.base64urlSlice()` without numbers for every DPoP nonce and workerd
// insists on both (the answer would be a bare 500). Does nothing else.

import { Buffer } from "node:buffer"

type Sliced = { base64urlSlice(this: Buffer, start?: number, end?: number): string }

const proto = Buffer.prototype as unknown as Sliced
const slice = proto.base64urlSlice

proto.base64urlSlice = function (this: Buffer, start = 0, end = this.length) {
  return slice.call(this, start, end)
}
