// The present, ticking once a minute for everything that says how long ago something was.
class Now {
  minute = $state(Date.now());

  constructor() {
    setInterval(() => (this.minute = Date.now()), 60_000);
  }
}

export const now = new Now();
