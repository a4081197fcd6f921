// Reads QR codes from the camera or from a picture. It hands out their texts and never opens what it read.
const LOOKED_AT = 1600; // px of the longer side of a camera's picture
const PAUSE = 100; // ms between two looks
const LARGEST_FILE = 10 << 20, LARGEST_PICTURE = 50e6; // bytes, pixels
const SIZES = [2000, 1100, 3200]; // px of the longer side: a code may fill a photo, or stand small in it
const FEW = 8; // codes in one picture

// `why` is a key of words.scanner.
export class Unusable extends Error {
  constructor(why, cause) {
    super(why, { cause });
    this.why = why;
  }
}

// Shows the camera in `video` and calls `onTexts` with the texts of each picture that holds any, and with those of them
// that the picture before did not hold. Gives stop(). It stops by itself when the page is hidden; the video then says
// "emptied". Throws Unusable.
export async function openCamera(video, onTexts) {
  if (!navigator.mediaDevices) throw new Unusable('no_https');
  const loading = decoder();
  loading.catch(() => {}); // told below, once the camera is there
  const stream = await camera();
  let open = true;
  const stop = () => {
    open = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    document.removeEventListener('visibilitychange', leave);
  };
  const leave = () => document.hidden && stop();
  document.addEventListener('visibilitychange', leave);
  for (const track of stream.getTracks()) track.addEventListener('ended', stop);
  try {
    video.srcObject = stream;
    const [read] = await Promise.all([loading, video.play()]);
    look(video, read, onTexts, () => open).catch(stop);
  } catch (problem) {
    stop();
    throw problem instanceof Unusable ? problem : new Unusable('no_camera', problem);
  }
  return stop;
}

async function camera() {
  const video = { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video });
  } catch (problem) {
    throw new Unusable(['NotAllowedError', 'SecurityError'].includes(problem.name) ? 'refused' : 'no_camera', problem);
  }
}

async function look(video, read, onTexts, isOpen) {
  const canvas = document.createElement('canvas');
  let before = [];
  while (isOpen()) {
    const texts = await read(drawn(canvas, video, video.videoWidth, video.videoHeight, LOOKED_AT));
    if (isOpen() && texts.length) {
      onTexts(texts, texts.filter(text => !before.includes(text)));
      before = texts; // a blurred picture in between is no change
    }
    await new Promise(wake => setTimeout(wake, PAUSE));
  }
}

// The texts of the codes in a picture file, none if there are none. Throws Unusable.
export async function textsOfPicture(file) {
  if (file.size > LARGEST_FILE) throw new Unusable('too_large');
  const picture = await opened(file);
  const { naturalWidth: width, naturalHeight: height } = picture;
  if (width * height > LARGEST_PICTURE) throw new Unusable('too_large');
  const read = await decoder(), canvas = document.createElement('canvas');
  const sizes = [...new Set(SIZES.map(size => Math.min(size, Math.max(width, height))))];
  for (const size of sizes) {
    const texts = await read(drawn(canvas, picture, width, height, size));
    if (texts.length) return texts;
  }
  return [];
}

async function opened(file) {
  const address = URL.createObjectURL(file), picture = new Image();
  try {
    picture.src = address;
    await new Promise((done, refuse) => { picture.onload = done; picture.onerror = refuse; });
    if (picture.naturalWidth) return picture;
  } catch { /* told below */ } finally {
    URL.revokeObjectURL(address);
  }
  throw new Unusable('no_picture');
}

function drawn(canvas, picture, width, height, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const drawing = canvas.getContext('2d', { willReadFrequently: true });
  drawing.fillStyle = '#fff'; // behind a picture with holes
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

let ready = null;

// canvas → texts: the browser's own detector where it has one for these codes, else ZXing as WebAssembly.
function decoder() {
  ready ??= native().then(found => found ?? zxing()).catch(problem => {
    ready = null; // the next try asks the network again
    throw new Unusable('not_loaded', problem);
  });
  return ready;
}

async function native() {
  const formats = 'BarcodeDetector' in window ? await BarcodeDetector.getSupportedFormats() : [];
  if (!formats.includes('qr_code')) return null;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  return async canvas => (await detector.detect(canvas)).map(code => code.rawValue);
}

async function zxing() {
  const [module, wasmBinary] = await Promise.all([import('./vendor/zxing/reader.js'), wasm()]);
  await module.prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  const options = { formats: ['QRCode'], tryHarder: true, textMode: 'Plain', maxNumberOfSymbols: FEW };
  return async canvas => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return (await module.readBarcodes(pixels, options)).filter(code => code.isValid).map(code => code.text);
  };
}

// The file is kept compressed, so that any plain file server will do; some unpack it on the way.
async function wasm() {
  const answer = await fetch(new URL('./vendor/zxing/reader.wasm.gz', import.meta.url));
  if (!answer.ok) throw new Error('not had');
  const file = await answer.blob();
  const isPacked = new Uint8Array(await file.slice(0, 1).arrayBuffer())[0] === 0x1f;
  const bytes = isPacked ? new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))) : file;
  return bytes.arrayBuffer();
}
