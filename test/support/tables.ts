// Every table D1 has, whichever file describes it: what tests hold the documents, the sealed columns and a departure against.

import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core"
import * as bankSchema from "../../src/db/bank-schema.ts"
import * as schema from "../../src/db/schema.ts"

/** Each table as its migration makes it. */
export const everyTable = [...Object.values(bankSchema), ...Object.values(schema)]
  .filter((each) => each instanceof SQLiteTable)
  .map((each) => getTableConfig(each))
