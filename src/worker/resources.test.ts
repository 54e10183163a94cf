import { expect, it } from 'vitest';
import { Resources } from './resources.ts';

it('closes everything once, in reverse order, and throws the first failure', async () => {
  const closed: string[] = [];
  const resource = (name: string, fails = false) => ({
    async close() {
      closed.push(name);
      if (fails) throw new Error(name);
    },
  });
  const resources = new Resources();
  resources.use(resource('a', true));
  resources.use(resource('b', true));
  resources.use(resource('c'));
  await expect(resources.close()).rejects.toThrow('b');
  await resources.close();
  expect(closed).toEqual(['c', 'b', 'a']);
});
