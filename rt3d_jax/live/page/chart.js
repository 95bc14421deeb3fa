// The probabilities of the best classes over the last seconds, as lines.

export const SECONDS = 10;
const COLOURS = 5;

export class Chart {
  constructor(canvas) {
    this.canvas = canvas;
    this.points = []; // {time, scores}
    this.colours = new Map(); // class -> number of its colour
  }

  clear() {
    this.points = [];
    this.colours.clear();
  }

  add(time, scores) {
    if (this.points.length && time <= this.points.at(-1).time) this.clear();
    this.points.push({ time, scores });
    while (this.points[0].time < time - 1000 * SECONDS) this.points.shift();
    this.choose();
  }

  // The classes that were most probable of late keep their colours; a new one takes that of the class it replaces.
  choose() {
    const sums = this.points.at(-1).scores.map((_, number) => this.points.reduce((sum, p) => sum + p.scores[number], 0));
    const best = sums.map((sum, number) => [sum, number]).sort((a, b) => b[0] - a[0]).slice(0, COLOURS).map((one) => one[1]);
    for (const number of [...this.colours.keys()]) if (!best.includes(number)) this.colours.delete(number);
    for (const number of best) {
      if (this.colours.has(number)) continue;
      const used = [...this.colours.values()];
      this.colours.set(number, [...Array(COLOURS).keys()].find((colour) => !used.includes(colour)));
    }
  }

  colour(number) {
    return this.colours.has(number) ? `var(--c${this.colours.get(number)})` : "var(--quiet)";
  }

  draw(labels) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const scale = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale)) this.canvas.width = Math.round(width * scale);
    if (this.canvas.height !== Math.round(height * scale)) this.canvas.height = Math.round(height * scale);
    const pen = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = style.getPropertyValue("--line");
    pen.beginPath();
    pen.moveTo(0, height / 2);
    pen.lineTo(width, height / 2);
    pen.stroke();
    pen.fillStyle = style.getPropertyValue("--quiet");
    pen.font = "11px system-ui, sans-serif";
    pen.fillText("100 %", 2, 12);
    pen.fillText("50 %", 2, height / 2 - 3);
    if (!this.points.length) return;
    const now = this.points.at(-1).time;
    pen.lineWidth = 2;
    for (const [number, colour] of this.colours) {
      pen.strokeStyle = style.getPropertyValue(`--c${colour}`);
      pen.beginPath();
      for (const { time, scores } of this.points) {
        pen.lineTo(width * (1 - (now - time) / (1000 * SECONDS)), 2 + (height - 4) * (1 - scores[number]));
      }
      pen.stroke();
    }
    const [first] = [...this.colours.keys()];
    this.canvas.setAttribute("aria-label", `Probabilities over the last ${SECONDS} seconds, among them of ${labels[first]}`);
  }
}
