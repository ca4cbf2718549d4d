// Called by scripts/fonts.sh: node fonts.js <folder for the parts>
const fs = require('fs');
const path = require('path');
const subsetFont = require('subset-font');

const range = (from, to) => {
  let text = '';
  for (let c = from; c <= to; c++) text += String.fromCodePoint(c);
  return text;
};
const latin = range(0x20, 0x7e) + range(0xa0, 0x24f) + range(0x2b9, 0x2dd) + range(0x300, 0x328) +
  range(0x370, 0x3ff) + range(0x400, 0x45f) + range(0x490, 0x4ff) + range(0x1e00, 0x1eff) +
  range(0x2000, 0x206f) + range(0x2070, 0x2089) + range(0x20a0, 0x20bf) +
  '\u2116\u2122\u2126\u2212\u2190\u2192\u2215\u221e\u2248\u2260\u2264\u2265\u00d7\ufb01\ufb02\u25cc\ufffd';
const arabic = range(0x20, 0x7e) + range(0xa0, 0xff) + range(0x600, 0x6ff) + range(0x2000, 0x206f) + '\ufdfc\u25cc';

(async () => {
  const files = { 'NotoSans-Regular': latin, 'NotoSans-Bold': latin, 'NotoSansArabic-Regular': arabic, 'NotoSansArabic-Bold': arabic };
  for (const [name, letters] of Object.entries(files)) {
    const whole = fs.readFileSync(path.join(process.env.NOTO, name + '.ttf'));
    const part = await subsetFont(whole, letters, { targetFormat: 'sfnt' });
    fs.writeFileSync(path.join(process.argv[2], name + '.ttf'), part);
    console.log(name, part.length, 'bytes');
  }
})();
