/** Files that want to be more than files. Each script asks for `RAN`, which nothing else does. */

import { picture } from './pictures.ts';

export interface HostileFile {
  readonly what: string;
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const RAN = '/hostile-script-ran';

/** Everything that a script in a file can do to be noticed. */
const SCRIPT = `try{fetch('${RAN}')}catch(e){}try{new Image().src='${RAN}'}catch(e){}try{document.title='ran'}catch(e){}try{top.location='${RAN}'}catch(e){}`;

const text = (content: string): Buffer => Buffer.from(content, 'latin1');
const latin = (content: string): Buffer => Buffer.from(content, 'latin1');

const PAGE = `<!doctype html><html><body onload="${SCRIPT}"><script>${SCRIPT}</script><img src=x onerror="${SCRIPT}"><meta http-equiv="refresh" content="0;url=${RAN}"></body></html>`;
const SVG = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="${SCRIPT}"><script><![CDATA[${SCRIPT}]]></script><image xlink:href="${RAN}"/><foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${SCRIPT}"/><iframe src="javascript:${SCRIPT}"/></body></foreignObject><a xlink:href="javascript:${SCRIPT}"><text y="9">click</text></a></svg>`;
const XHTML = `<html xmlns="http://www.w3.org/1999/xhtml"><body onload="${SCRIPT}"><script>${SCRIPT}</script></body></html>`;
const XSLT = `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?><x><xsl:stylesheet id="s" version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html><script>${SCRIPT}</script></html></xsl:template></xsl:stylesheet></x>`;
const PDF = `%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.launchURL\\('${RAN}'\\))>>>>endobj\ntrailer<</Root 1 0 R>>`;

function gifOfScript(): Buffer {
  // Valid as an image, and as a script: GIF89a is a variable that is assigned.
  const size = Buffer.from([0x2f, 0x2a, 1, 0, 0, 0, 0]);
  return Buffer.concat([latin('GIF89a'), size, latin(`*/=1;${SCRIPT}//`)]);
}

function jpegOfPage(): Buffer {
  const comment = text(PAGE);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(comment.length + 2);
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 9, 0, 9, 1, 1, 0x11, 0]);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xfe]), length, comment, frame]);
}

function withPage(image: Buffer): Buffer {
  return Buffer.concat([image, text(PAGE)]);
}

/** Says that it has so many pixels, and has none of them. */
function flood(): Buffer {
  const buffer = Buffer.from(picture('flood.png', 1, 1).buffer);
  buffer.writeUInt32BE(50_000, 16);
  buffer.writeUInt32BE(50_000, 20);
  return buffer;
}

const file = (what: string, name: string, mimeType: string, buffer: Buffer): HostileFile => ({
  what,
  name,
  mimeType,
  buffer,
});

export const HOSTILE_FILES: readonly HostileFile[] = [
  file('an SVG with scripts', 'logo.svg', 'image/svg+xml', text(SVG)),
  file('an SVG that says it is a PNG', 'logo.png', 'image/png', text(SVG)),
  file('a page', 'page.html', 'text/html', text(PAGE)),
  file('a page that says it is a JPEG', 'photo.jpg', 'image/jpeg', text(PAGE)),
  file('a page of XML', 'page.xhtml', 'application/xhtml+xml', text(XHTML)),
  file('a stylesheet that makes a page', 'sheet.xml', 'text/xml', text(XSLT)),
  file('a script', 'script.js', 'text/javascript', text(SCRIPT)),
  file('a module', 'module.mjs', 'text/javascript', text(`${SCRIPT};export default 1`)),
  file('a stylesheet', 'style.css', 'text/css', text(`body{background:url(${RAN})}`)),
  file('a PDF with a script', 'form.pdf', 'application/pdf', text(PDF)),
  file('a GIF that is a script', 'dot.gif', 'image/gif', gifOfScript()),
  file('a JPEG that is a page', 'photo.jpeg', 'image/jpeg', jpegOfPage()),
  file('a PNG with a page behind it', 'map.png', 'image/png', withPage(picture('', 9, 9).buffer)),
  file('a PNG of 2.5 gigapixels', 'flood.png', 'image/png', flood()),
  file('half a PNG', 'half.png', 'image/png', picture('', 64, 64).buffer.subarray(0, 200)),
  file('a signature alone', 'empty.webp', 'image/webp', latin('RIFF\0\0\0\0WEBPVP8X')),
  file('nothing', 'nothing.png', 'image/png', Buffer.alloc(0)),
  file('a name with a path', '../../../etc/cron.d/tandem', 'text/plain', text('x')),
  file('a name of another system', 'C:\\Windows\\System32\\a.exe', 'text/plain', text('x')),
  file('a name that is a page', `"><img src=x onerror=${SCRIPT}>.png`, 'image/png', text(PAGE)),
  file('a name that reads backwards', '\u202egnp.exe', 'application/x-msdownload', text('MZ')),
  file('a name with lines', 'a\r\nSet-Cookie: hostile=1\r\n\r\n<b>.txt', 'text/plain', text('x')),
  file('a long name', `${'long '.repeat(400)}.txt`, 'text/plain', text('x')),
];
