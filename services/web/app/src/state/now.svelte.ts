// The present, to the half minute, for words such as "due in 3 h".
class Now {
  at = $state(new Date());
  constructor() {
    if (typeof window !== 'undefined') setInterval(() => (this.at = new Date()), 30_000);
  }
}
export const now = new Now();
