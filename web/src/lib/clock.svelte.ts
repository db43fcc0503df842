// The present, in milliseconds: ticks once a second so that ages and countdowns stay true.

class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => (this.now = Date.now()), 1_000);
  }
}
export const clock = new Clock();
