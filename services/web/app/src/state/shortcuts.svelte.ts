// Whether single letters act as commands. A choice of the person at this browser (WCAG 2.1.4).
const KEY = 'lysbro.shortcuts';
class Shortcuts {
  on = $state(typeof localStorage === 'undefined' || localStorage.getItem(KEY) !== 'off');
  set(on: boolean): void {
    this.on = on;
    localStorage.setItem(KEY, on ? 'on' : 'off');
  }
}
export const shortcuts = new Shortcuts();
