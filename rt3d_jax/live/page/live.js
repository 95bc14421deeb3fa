// The page: takes frames of the camera or a file, sends them, and shows the answers.

import { Chart } from "./chart.js";

const UNDER_WAY = 2; // frames that wait for an answer at most; others are dropped, so that nothing lags behind
const BEST = 5;
const QUALITY = 0.9;
const $ = (id) => document.getElementById(id);
const video = $("video");
const chart = new Chart($("chart"));
const canvas = document.createElement("canvas");

let hello = null;
let socket = null;
let waiting = []; // times at which frames under way were sent
let taking = false; // a frame is being packed
let stream = null;
let facing = "user";
let frame = null; // of the server's own source
let log = []; // {at, sent, delay}: what became of frames in the last seconds
let sound = null;
let rung = 0;
let showing = []; // names of the networks that are shown

const text = (id, words) => { if ($(id).textContent !== words) $(id).textContent = words; };
const show = (id, wanted) => { $(id).hidden = !wanted; };
const percent = (share) => `${(100 * share).toFixed(share > 0.995 || share < 0.1 ? 1 : 0)} %`;
const playing = () => Boolean(hello) && (hello.source !== null || (video.readyState >= 2 && !video.paused && !video.ended));

function say(words) {
  text("note", words);
  show("note", words);
}

function connect() {
  socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/frames`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (message) => (typeof message.data === "string" ? told(JSON.parse(message.data)) : received(message.data));
  socket.onclose = () => {
    text("state", "The server is gone; trying again …");
    waiting = [];
    setTimeout(connect, 2000);
  };
}

function told(message) {
  if (message.type === "hello") {
    const first = hello === null;
    hello = message;
    waiting = [];
    if (first) begin();
    choose();
    if (hello.source !== null) socket.send('{"next": true}');
    text("state", hello.source === null ? "Connected." : `Shows ${hello.source}.`);
  } else if (message.type === "error") {
    waiting.shift();
    say(message.what); // after an error the server's own source is not asked again
  } else {
    answered(message);
  }
}

function begin() {
  for (const [number, network] of hello.networks.entries()) choice(network.name, network.about ? `${network.name} (${network.about})` : network.name, number === 0);
  if (hello.networks.length > 1) choice("", "all, side by side", false);
  show("networks", hello.networks.length > 1);
  for (const label of hello.labels) $("label").add(new Option(label, label));
  if (hello.alert) {
    $("label").value = hello.alert.label;
    $("above").value = String(Math.round(100 * hello.alert.above));
  }
  threshold();
  show("controls", hello.source === null);
  show("picture", hello.source !== null);
  show("video", hello.source === null);
  show("hint", hello.source === null);
  if (hello.source === null && !window.isSecureContext) {
    say("Browsers give their camera only to pages on https or localhost. Start rt3d live with --https, or open a video.");
  }
}

function choice(value, words, checked) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "network", value, checked });
  input.addEventListener("change", choose);
  label.append(input, words);
  $("networks").append(label);
}

function choose() {
  const value = document.querySelector('input[name="network"]:checked').value;
  showing = value ? [value] : hello.networks.map((one) => one.name);
  $("answers").replaceChildren(...showing.map(column));
  text("over", hello.networks.length > 1 ? `Last 10 seconds of ${showing[0]}` : "Last 10 seconds");
  chart.clear();
  if (socket.readyState === 1) socket.send(JSON.stringify({ show: showing }));
}

function column(name) {
  const box = document.createElement("div");
  const head = Object.assign(document.createElement("h3"), { textContent: name });
  const time = Object.assign(document.createElement("p"), { className: "time", textContent: "– ms a frame" });
  box.dataset.name = name;
  box.append(head, time, document.createElement("ol"));
  return box;
}

function answered(message) {
  const now = performance.now();
  const sent = hello.source === null ? waiting.shift() : undefined;
  log.push({ at: now, delay: sent === undefined ? null : now - sent, dropped: message.skipped ?? 0, answered: true });
  if (hello.source !== null) {
    draw();
    socket.send('{"next": true}');
  }
  for (const network of message.networks) {
    const box = [...$("answers").children].find((one) => one.dataset.name === network.name);
    if (!box) continue;
    const seen = Number(box.dataset.ms ?? network.ms);
    if (network.scores) box.dataset.ms = String(seen + 0.1 * (network.ms - seen));
    box.children[1].textContent = network.scores ? `${Number(box.dataset.ms).toFixed(1)} ms a frame` : "has seen too little yet";
    list(box.children[2], network.scores);
  }
  const first = message.networks.find((one) => one.scores && one.name === showing[0]);
  if (first) {
    chart.add(message.time, first.scores);
    const top = first.scores.indexOf(Math.max(...first.scores));
    text("top", `${hello.labels[top]} ${percent(first.scores[top])}`);
  }
  show("top", Boolean(first));
  alertOn(first ? first.scores : null);
}

function list(place, scores) {
  const best = scores ? scores.map((share, number) => [share, number]).sort((a, b) => b[0] - a[0]).slice(0, BEST) : [];
  while (place.children.length > best.length) place.lastChild.remove();
  while (place.children.length < best.length) {
    const item = document.createElement("li");
    item.append(document.createElement("span"), document.createElement("span"), document.createElement("i"));
    place.append(item);
  }
  for (const [row, [share, number]] of best.entries()) {
    const [name, value, bar] = place.children[row].children;
    name.textContent = hello.labels[number];
    value.textContent = percent(share);
    bar.style.width = `${100 * share}%`;
    bar.style.setProperty("--colour", chart.colour(number));
  }
}

function alertOn(scores) {
  const label = $("label").value;
  const share = scores && label ? scores[hello.labels.indexOf(label)] : 0;
  const on = Boolean(label) && share >= $("above").value / 100;
  if (on) {
    text("alert", `${label}!`);
    ring();
  }
  show("alert", on);
}

function ring() {
  const now = performance.now();
  if (!sound || now - rung < 900) return;
  rung = now;
  const tone = sound.createOscillator();
  const gain = sound.createGain();
  tone.frequency.value = 880;
  gain.gain.setValueAtTime(0.25, sound.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.4);
  tone.connect(gain).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.4);
}

// Sound is allowed only after somebody touched the page.
function touched() {
  sound = sound ?? new AudioContext();
  sound.resume();
}

function threshold() {
  text("share", `${$("above").value} %`);
}

// One frame: dropped while too many are under way, else packed and sent.
function take() {
  if (!playing() || hello.source !== null || socket.readyState !== 1) return;
  if (taking || waiting.length >= UNDER_WAY) {
    log.push({ at: performance.now(), delay: null, dropped: 1, answered: false });
    return;
  }
  const time = performance.now();
  const share = Math.min(1, (2 * hello.side) / Math.min(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * share);
  canvas.height = Math.round(video.videoHeight * share);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  taking = true;
  canvas.toBlob(async (blob) => {
    const picture = blob ? await blob.arrayBuffer() : null;
    taking = false;
    if (!picture || socket.readyState !== 1) return;
    const message = new Uint8Array(8 + picture.byteLength);
    new DataView(message.buffer).setFloat64(0, time, true);
    message.set(new Uint8Array(picture), 8);
    waiting.push(performance.now());
    socket.send(message);
  }, "image/jpeg", QUALITY);
}

function follow() {
  take();
  if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(follow);
  else setTimeout(follow, 40);
}

async function received(data) {
  frame = new Blob([data.slice(8)], { type: "image/jpeg" });
}

async function draw() {
  const picture = await createImageBitmap(frame);
  const place = $("picture");
  if (place.width !== picture.width) place.width = picture.width;
  if (place.height !== picture.height) place.height = picture.height;
  place.getContext("2d").drawImage(picture, 0, 0);
}

async function camera() {
  touched();
  if (!navigator.mediaDevices) {
    say("This browser gives no camera to this page: it needs https or localhost. Start rt3d live with --https.");
    return;
  }
  try {
    const wanted = { facingMode: facing, width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
    const found = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    stop();
    stream = found;
    video.srcObject = found;
    started("camera");
    const all = await navigator.mediaDevices.enumerateDevices();
    show("turn", all.filter((one) => one.kind === "videoinput").length > 1);
  } catch (error) {
    say(`The camera cannot be used: ${error.message}. Allow it in the browser, or open a video.`);
  }
}

function open(file) {
  touched();
  stop();
  video.srcObject = null;
  video.src = URL.createObjectURL(file);
  video.loop = true;
  started(file.name);
}

function started(what) {
  say("");
  show("hint", false);
  show("stop", true);
  text("state", `Shows ${what}.`);
  chart.clear();
  if (socket.readyState === 1) socket.send('{"reset": true}');
  video.play().catch((error) => say(`The video cannot be played: ${error.message}`));
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  if (video.src) URL.revokeObjectURL(video.src);
  video.removeAttribute("src");
  video.srcObject = null;
  video.load();
  for (const id of ["stop", "turn", "top", "alert", "slow"]) show(id, false);
  show("hint", true);
  text("state", "Connected.");
}

function numbers() {
  const now = performance.now();
  log = log.filter((one) => one.at > now - 2000);
  const answers = log.filter((one) => one.answered);
  const dropped = log.reduce((sum, one) => sum + one.dropped, 0);
  const delays = answers.map((one) => one.delay).filter((one) => one !== null).sort((a, b) => a - b);
  const share = dropped / Math.max(1, dropped + answers.length);
  text("rate", answers.length ? (answers.length / 2).toFixed(1) : "–");
  text("dropped", log.length ? `${Math.round(100 * share)} %` : "–");
  text("delay", delays.length ? `${delays[delays.length >> 1].toFixed(0)} ms` : "–");
  text("slow", "Frames are dropped, because answers take longer than frames. What you see is still current.");
  show("slow", share > 0.1 && log.length > 10);
}

$("camera").addEventListener("click", camera);
$("turn").addEventListener("click", () => { facing = facing === "user" ? "environment" : "user"; camera(); });
$("stop").addEventListener("click", stop);
$("file").addEventListener("change", (event) => { if (event.target.files.length) open(event.target.files[0]); event.target.value = ""; });
$("above").addEventListener("input", threshold);
document.addEventListener("pointerdown", touched, { once: true });
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    $("stage").classList.toggle("dropping", kind === "dragover");
    const [file] = kind === "drop" ? event.dataTransfer.files : [];
    if (file && hello?.source === null) open(file);
  });
}
video.addEventListener("error", () => { if (video.src) say("This browser cannot play that file; try an .mp4 with H.264, or give it to the server: --source FILE."); });
setInterval(numbers, 500);
setInterval(() => chart.draw(hello?.labels ?? []), 100);
connect();
follow();
