// Walks the site in a real browser, as the people it is for: a citizen applies, a clerk accepts, an unlawful step is refused with its
// article, an approver grants, the citizen reviews, and the figure moves and opens. Every page is looked at by axe at two widths.
//
//   FADU=target/debug/fadu node tests/browser/walk.mjs [--pictures DIR]
//
// Prints a line a test and ends with `N passed, N failed`.

import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const fadu = resolve(process.env.FADU ?? join(root, 'target/debug/fadu'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const pictures = process.argv.includes('--pictures') ? process.argv[process.argv.indexOf('--pictures') + 1] : null;
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const MOMENT = '2023-03-01T09:30:00';
const WIDTHS = [1280, 390];

let passed = 0;
let failed = 0;

async function test(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok ${passed + failed} - ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${passed + failed} - ${name}`);
    for (const line of String(error?.message ?? error).split('\n').slice(0, 12)) console.log(`  # ${line}`);
  }
}

function expect(holds, says) {
  if (!holds) throw new Error(says);
}

const freePort = () => new Promise((done, fail) => {
  const server = createServer();
  server.once('error', fail);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

const folder = mkdtempSync(join(tmpdir(), 'fadu-walk-'));
const port = await freePort();
const site = `http://127.0.0.1:${port}`;
let server;
let browser;

async function start() {
  const database = join(folder, 'walk.db');
  const made = spawnSync(fadu, ['demo', '--no-serve', '--scale', '0.003', '--file', database, '--listen', `127.0.0.1:${port}`, '--at', MOMENT], { cwd: root, encoding: 'utf8' });
  expect(made.status === 0, `the demonstration was not made: ${made.stdout}${made.stderr}`);
  server = spawn(fadu, ['serve', '--database', `sqlite:${database}`, '--listen', `127.0.0.1:${port}`, '--at', MOMENT], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (bytes) => { said += bytes; });
  for (let tries = 0; tries < 300; tries += 1) {
    expect(server.exitCode === null, `the server stopped: ${said}`);
    try {
      if ((await fetch(site)).ok) return;
    } catch { /* not listening yet */ }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('the server did not answer');
}

/** Somebody with a browser of their own. */
async function visitor(login) {
  const context = await browser.newContext({ viewport: { width: WIDTHS[0], height: 900 }, locale: 'zh-CN' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  if (login) {
    await page.goto(`${site}/sign-in`);
    await page.fill('[name=login]', login);
    await page.fill('[name=password]', 'fadu-demo');
    await page.click('main button[type=submit]');
    await page.waitForURL((url) => url.pathname !== '/sign-in');
  }
  return page;
}

const looked = new Map();

/** Axe over the page as it stands, at both widths; wide content scrolls in its own box, never the page. */
async function look(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
    looked.set(`${name} at ${width}`, found.violations.map((violation) => `${violation.id}: ${violation.help} — ${violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')}`));
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wider > 1) looked.get(`${name} at ${width}`).push(`the page is ${wider} pixels wider than the window`);
    if (pictures) await page.screenshot({ path: join(pictures, `${name.replaceAll(/[^a-z0-9]+/g, '-')}${width === WIDTHS[0] ? '' : '-narrow'}.png`), fullPage: false });
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
}

/** The id behind a tracking code: all but its last five characters, in base 32. */
function idOf(code) {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  return [...code.replaceAll('-', '').slice(0, -5)].reduce((id, letter) => id * 32n + BigInt(letters.indexOf(letter)), 0n).toString();
}

const heading = (page) => page.locator('main h1').first().innerText();
const figure = async (page) => Number((await page.locator('main .formula .stat').first().innerText()).replaceAll(/[^0-9]/g, ''));

/** Submits the form of one step on a case page. */
async function submit(page, step) {
  const form = page.locator(`main form:has(input[name=step][value="${step}"])`);
  await Promise.all([page.waitForNavigation(), form.locator('button[type=submit]').click()]);
}

async function openStep(page, step) {
  if (await page.locator(`main form:has(input[name=step][value="${step}"])`).count() === 0) {
    await page.locator(`main a[href*="step=${step}"]`).first().click();
    await page.waitForLoadState();
  }
}

async function walk() {
  const anybody = await visitor();
  await test('the home page leads to what people come for', async () => {
    await anybody.goto(site);
    for (const words of ['我要办', '我要诉', '我要评', '我要查']) expect(await anybody.getByText(words).count() > 0, `no ${words}`);
    expect(await anybody.locator('html').getAttribute('lang') === 'zh-CN', 'the page does not say its language');
    await look(anybody, 'home');
  });
  for (const [name, path] of [['items', '/items'], ['item', '/items/item-002'], ['track', '/track'], ['report', '/report'], ['review', '/review'], ['sign in', '/sign-in'], ['figures', '/figures?year=2022'], ['audit', '/audit'], ['appraisal', '/appraisal/2022'], ['law', '/law'], ['procedure', '/law/licence'], ['accessibility', '/accessibility'], ['components', '/components']]) {
    await test(`${path} is there`, async () => {
      const answer = await anybody.goto(site + path);
      expect(answer.status() === 200, `${answer.status()}`);
      expect((await heading(anybody)).length > 0, 'no heading');
      await look(anybody, name);
    });
  }
  await test('what is not there says so', async () => {
    const answer = await anybody.goto(`${site}/nowhere`);
    expect(answer.status() === 404, `${answer.status()}`);
    await look(anybody, 'not found');
  });
  await test('officers have their own door', async () => {
    await anybody.goto(`${site}/officer`);
    expect(new URL(anybody.url()).pathname === '/sign-in', anybody.url());
  });

  await test('anybody has a report audited, as a file and as words, without scripts', async () => {
    const report = '一、全年收到行政复议申请115件，审结109件，审结率94.78%，其中维持87件、撤销23件。\n二、证照分离事项72项，其中取消审批10项、改为备案6项、告知承诺25项、优化审批31项。';
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${site}/audit`);
    await page.setInputFiles('[name=file]', { name: '报告.txt', mimeType: 'text/plain', buffer: Buffer.from(report) });
    await page.locator('main form button[type=submit]').click();
    await page.waitForSelector('main .rep');
    const text = await page.locator('main').innerText();
    expect(text.includes('报告.txt') && text.includes('10+6+25+31') && text.includes('成立'), text.slice(0, 600));
    expect(await page.locator('main .rep a.fig').count() >= 9, 'the figures are not marked');
    await context.close();
    await anybody.goto(`${site}/audit`);
    await anybody.fill('[name=words]', report.replace('31项', '41项'));
    await anybody.selectOption('[name=year]', '2022');
    await anybody.locator('main form button[type=submit]').click();
    await anybody.waitForSelector('main .rep');
    expect((await heading(anybody)).includes('对不上'), await heading(anybody));
    expect(await anybody.locator('main .mg.warn').count() > 0, 'what fails is not marked beside the text');
    await look(anybody, 'audited');
    await anybody.goto(`${site}/audit`);
    await anybody.setInputFiles('[name=file]', { name: 'scan.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]) });
    await anybody.locator('main form button[type=submit]').click();
    await anybody.waitForSelector('main .errs');
    expect((await anybody.locator('main .errs').innerText()).includes('图片'), 'a picture is not called one');
    await look(anybody, 'audit refused');
  });

  const figures = await visitor();
  const rated = `${site}/figures/S45.ratings_received?year=2023`;
  await figures.goto(rated);
  const before = await figure(figures);

  const citizen = await visitor('citizen');
  let code = '';
  await test('a citizen applies for a licence', async () => {
    await citizen.goto(`${site}/items?q=${encodeURIComponent('食品经营许可')}`);
    await citizen.locator('main table a').first().click();
    await citizen.waitForLoadState();
    const href = await citizen.locator('main a[href*="/apply/licence"]').first().getAttribute('href');
    await citizen.goto(site + href);
    await look(citizen, 'apply');
    await citizen.check('[name="f-party.kind"][value=organisation]');
    await citizen.fill('[name="f-party.name"]', '');
    await submit(citizen, 'apply');
    expect((await citizen.content()).includes('没有写姓名或名称') || (await citizen.content()).includes('申请人'), 'an empty name is not explained');
    await look(citizen, 'apply refused');
    await citizen.fill('[name="f-party.name"]', '浏览器里的小店');
    await citizen.check('[name="f-party.kind"][value=organisation]');
    await submit(citizen, 'apply');
    const path = new URL(citizen.url()).pathname;
    expect(path.startsWith('/track/'), `still at ${path}: ${await heading(citizen)}`);
    code = decodeURIComponent(path.slice('/track/'.length));
    await look(citizen, 'tracked');
  });
  expect(code !== '', 'without an application there is nothing to walk on');
  const path = `/officer/cases/${idOf(code)}`;

  await test('whoever holds the code sees how far it is, and no name', async () => {
    await anybody.goto(`${site}/track/${code}`);
    expect(!(await anybody.locator('main').innerText()).includes('浏览器里的小店'), 'the name is shown to everybody');
  });

  const clerk = await visitor('clerk');
  await test('the clerk sees the case, its clocks, and why steps are closed', async () => {
    await clerk.goto(`${site}/officer`);
    await look(clerk, 'to do');
    const answer = await clerk.goto(site + path);
    expect(answer.status() === 200, `${answer.status()}`);
    const text = await clerk.locator('main').innerText();
    expect(text.includes('浏览器里的小店') && text.includes('现在不能做'), 'the case page lacks its parts');
    await look(clerk, 'case');
  });
  await test('an unlawful step is refused with its article, and nothing changes', async () => {
    await clerk.goto(site + path);
    const events = await clerk.locator('section[aria-labelledby=tl] li').count();
    // What a button never offers, a hand-made form can still ask for.
    await clerk.evaluate(() => {
      const form = [...document.querySelectorAll('main form')].find((one) => one.querySelector('input[name=step]'));
      form.querySelector('input[name=step]').value = 'grant';
      for (const input of form.querySelectorAll('[name^="f-"]')) input.remove();
    });
    const [answer] = await Promise.all([clerk.waitForNavigation(), clerk.locator('main form:has(input[name=step][value=grant]) button[type=submit]').click()]);
    expect(answer.status() === 409, `${answer.status()}`);
    const text = await clerk.locator('main').innerText();
    expect(/许可法/.test(text) && text.includes('怎么办') && text.includes('没有任何改动'), text.slice(0, 400));
    await look(clerk, 'refused');
    await clerk.goto(site + path);
    expect(await clerk.locator('section[aria-labelledby=tl] li').count() === events, 'the record changed');
  });
  await test('the clerk accepts', async () => {
    await clerk.goto(`${site}${path}?step=accept`);
    await openStep(clerk, 'accept');
    await submit(clerk, 'accept');
    expect((await clerk.locator('main').innerText()).includes('审查中'), await heading(clerk));
  });
  await test('a form sent twice is told that the case has moved on', async () => {
    await clerk.goto(site + path);
    const other = await clerk.context().newPage();
    await other.goto(site + path);
    expect(await other.locator('main form input[name=seen]').count() > 0, 'the form does not say what it has seen');
    await other.close();
  });

  const approver = await visitor('approver');
  await test('the approver grants, with a numbered decision', async () => {
    await approver.goto(`${site}${path}?step=grant`);
    await openStep(approver, 'grant');
    await submit(approver, 'grant');
    const text = await approver.locator('main').innerText();
    expect(text.includes('已准予'), text.slice(0, 300));
    expect(/〔2023〕\d+号/.test(text), 'the decision has no number');
    await look(approver, 'granted');
  });
  await test('the clerk delivers', async () => {
    await clerk.goto(`${site}${path}?step=deliver`);
    await openStep(clerk, 'deliver');
    await submit(clerk, 'deliver');
    expect((await clerk.locator('main').innerText()).includes('已办结'), await heading(clerk));
  });
  await test('the citizen reviews', async () => {
    await citizen.goto(`${site}/track/${code}?step=review`);
    await look(citizen, 'review form');
    const grade = citizen.locator('[name="f-grade"][value="very-satisfied"]');
    if (await grade.count() > 0) await grade.first().check();
    else await citizen.selectOption('[name="f-grade"]', 'very-satisfied');
    await submit(citizen, 'review');
    const text = await citizen.locator('main').innerText();
    expect(text.includes('评价') && !(await citizen.locator('[name="f-grade"]').count()), text.slice(0, 300));
  });
  await test('the figure moved by one and opens the record', async () => {
    await figures.goto(rated);
    expect(await figure(figures) === before + 1, `${before} before, ${await figure(figures)} now`);
    expect((await figures.locator('main').innerText()).includes('重数相等'), 'the recount differs');
    await look(figures, 'figure');
    await clerk.goto(rated);
    const record = clerk.locator(`main a[href$="/officer/cases/${idOf(code)}"]`);
    while (await record.count() === 0) {
      const next = clerk.locator('nav[aria-label="翻页"] a', { hasText: '下一页' });
      expect(await next.count() > 0, 'no page of the records lists the case');
      await next.click();
      await clerk.waitForLoadState();
    }
  });

  await test('the office sees who has handed in and who is late', async () => {
    const office = await visitor('office');
    await office.goto(`${site}/rounds`);
    const text = await office.locator('main').innerText();
    expect(/10个单位，9个已交/.test(text) && text.includes('逾期名单'), text.slice(0, 300));
    await look(office, 'rounds');
    await office.goto(`${site}/rounds?lang=en`);
    expect((await office.locator('main').innerText()).includes('Late list'), 'no English');
    await office.context().close();
  });
  await test('two people write one part at once, and nothing typed is lost', async () => {
    const [first, second] = [await visitor('writer'), await visitor('writer2')];
    const open = async (page) => {
      await page.goto(`${site}/rounds`);
      await page.locator('main table a').first().click();
      await page.waitForLoadState();
    };
    const save = async (page, text) => {
      await page.fill('#t-measures', text);
      await Promise.all([page.waitForNavigation(), page.locator('#p-measures button[type=submit]').click()]);
      return page.locator('main').innerText();
    };
    await open(first);
    await open(second);
    await look(first, 'report in writing');
    const [one, two] = (await first.inputValue('#t-measures')).split('\n').filter((line) => line !== '');
    expect(await save(first, `${one}全年没有例外。\n${two}`).then((text) => text.includes('已保存')), 'the first save is not told');
    expect((await save(second, `${one}\n${two}今年也一样。`)).includes('已经合在一起'), 'the second save was not merged');
    const both = await second.inputValue('#t-measures');
    expect(both.includes('全年没有例外') && both.includes('今年也一样'), both);
    // The first still has the page of before: the same paragraph now differs.
    await first.goto(first.url().split('?')[0]);
    await second.goto(second.url().split('?')[0]);
    await save(first, both.replace('今年也一样', '今年更好'));
    const told = await save(second, both.replace('今年也一样', '今年略差'));
    expect(told.includes('同时改了同一段') && told.includes('更好') && told.includes('略差'), told.slice(0, 400));
    await look(second, 'two texts');
    await second.locator('a', { hasText: '用现在存着的' }).click();
    await second.waitForLoadState();
    await second.locator('section[aria-labelledby=c-measures] a', { hasText: '修改记录' }).click();
    await second.waitForLoadState();
    expect((await second.locator('main').innerText()).includes('没有合并的文字'), 'the text kept aside is not listed');
    await look(second, 'revisions');
    await first.context().close();
    await second.context().close();
  });
  await test('the published report opens for anybody, with its digest', async () => {
    await anybody.goto(`${site}/publications`);
    await look(anybody, 'publications');
    await anybody.locator('main table a').first().click();
    await anybody.waitForLoadState();
    expect((await anybody.locator('main').innerText()).includes('怎么核对真伪'), await heading(anybody));
    await look(anybody, 'publication');
  });

  for (const [login, path, name] of [['supervisor', '/supervisor', 'supervisor'], ['leader', '/leader', 'leader'], ['leader', '/leader?wall=1', 'wall'], ['leader', '/leader/orders', 'orders'], ['leader', '/leader/orders/new', 'new order'], ['leader', '/leader/figures/S45.bad_ratings', 'leader figure'], ['keeper', '/officer/registers', 'registers'], ['keeper', '/officer/registers/service-items', 'register'], ['operator', '/officer/new', 'new case'], ['keeper', '/pool', 'data pool'], ['operator', '/open-data', 'open data'], ['leader', '/reports/annual?year=2022', 'annual report'], ['liaison', '/appraisal/2022/market-regulation', 'score sheet'], ['appraiser', '/appraisal/2023', 'running appraisal']]) {
    await test(`${login} opens ${path}`, async () => {
      const page = await visitor(login);
      const answer = await page.goto(site + path);
      expect(answer.status() === 200, `${answer.status()}`);
      await look(page, name);
      await page.context().close();
    });
  }
  await test('a clerk has no business on the leader’s screen', async () => {
    const answer = await clerk.goto(`${site}/leader`);
    expect(answer.status() === 403 || answer.status() === 404, `${answer.status()}`);
  });
  await test('the case pages speak English on request', async () => {
    await anybody.goto(`${site}/?lang=en`);
    expect(await anybody.locator('html').getAttribute('lang') === 'en', 'the page does not say so');
    await look(anybody, 'home in english');
  });
  await test('the site works without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${site}/track?code=${code.toLowerCase()}`);
    expect(new URL(page.url()).pathname.startsWith('/track/'), page.url());
    await context.close();
  });
  for (const [name, found] of looked) {
    await test(`axe finds nothing on ${name}`, async () => expect(found.length === 0, found.join('\n')));
  }
}

try {
  expect(browserPath, 'no Chromium is installed');
  await start();
  browser = await chromium.launch({ executablePath: browserPath, args: FLAGS });
  await walk();
} catch (error) {
  failed += 1;
  console.log(`not ok ${passed + failed} - the walk goes on to its end`);
  console.log(`  # ${error?.message ?? error}`);
} finally {
  await browser?.close().catch(() => {});
  server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
