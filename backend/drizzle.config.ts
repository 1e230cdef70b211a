import { defineConfig } from 'drizzle-kit'

/** `npx drizzle-kit generate` (in backend/) writes the SQL migration for a changed schema; commit it. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/database/schema.ts',
  out: './migrations',
})
