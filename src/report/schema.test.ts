import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedSchema } from './publishedSchema.ts';

/** After a change of the definition, write the file with `npx vitest run src/report/schema.test.ts -u`. */
it('publishes the definition as JSON Schema', async () => {
  const file = join(import.meta.dirname, '..', '..', 'public', 'report.schema.json');
  await expect(publishedSchema()).toMatchFileSnapshot(file);
});
