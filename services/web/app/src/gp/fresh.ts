// Ids of referrals begun in this page and not saved yet: the draft comes to be on the server with the first edit,
// so that opening the form and turning back leaves nothing behind.
const fresh = new Set<string>();
export function freshId(): string {
  const id = crypto.randomUUID();
  fresh.add(id);
  return id;
}
export function isFresh(id: string): boolean {
  return fresh.has(id);
}
export function noLongerFresh(id: string): void {
  fresh.delete(id);
}
