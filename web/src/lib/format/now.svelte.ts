// The present for everything that says how long ago something was: told again each minute and whenever somebody comes
// back to the page, and never older than the moment at which it is asked for.
class Now {
  private ticks = $state(0);

  constructor() {
    const tick = () => this.ticks++;
    setInterval(tick, 60_000);
    document.addEventListener('visibilitychange', tick);
  }

  get ms() {
    void this.ticks;
    return Date.now();
  }
}

export const now = new Now();
