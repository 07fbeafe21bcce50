// The pretend bank's Worker: its one object and its addresses. The first import must stay first (node-patch.ts).

import "./node-patch.ts"
import { app } from "./app.ts"

export { BankStore } from "./store/store.ts"

export default app
