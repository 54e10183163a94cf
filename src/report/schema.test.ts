import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedSchema } from './publishedSchema.ts';

/** `npx vitest run src/report/schema.test.ts -u` writes it anew after a change of the definition. */
it('publishes the definition as JSON Schema', async () => {
  const file = join(import.meta.dirname, '..', '..', 'public', 'report.schema.json');
  await expect(publishedSchema()).toMatchFileSnapshot(file);
});
