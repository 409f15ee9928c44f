// After a case has left: the next one, or the list.
import { router } from '../router/router.svelte';
import { flow } from './flow.svelte';

export async function onward(id: string): Promise<void> {
  const next = flow.nextAfter(id);
  flow.rows = flow.rows.filter((row) => row.id !== id);
  if (next) flow.startId = next.id;
  await router.go(next ? `/read/${next.id}` : '/work');
}
