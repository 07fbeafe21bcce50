// Where `npm run db:generate` reads the tables and writes the numbered SQL, which a person then reads and edits.
import { defineConfig } from "drizzle-kit"

export default defineConfig({
  dialect: "sqlite",
  schema: ["./src/db/schema.ts", "./src/db/bank-schema.ts"],
  out: "./migrations",
})
