import { chromium } from 'playwright-core';
const out='/tmp/shots'; import fs from 'node:fs'; fs.mkdirSync(out,{recursive:true});
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--headless','--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync']});
const url=process.env.URL??'http://localhost:8099';
for (const [name,o] of [['light',{colorScheme:'light',viewport:{width:1280,height:800}}],['dark',{colorScheme:'dark',viewport:{width:1280,height:800}}],['phone',{colorScheme:'light',viewport:{width:390,height:844},hasTouch:true,isMobile:true,deviceScaleFactor:2}]]){
 const c=await b.newContext(o);const p=await c.newPage();
 p.on('console',m=>console.log(name,m.type(),m.text()));p.on('pageerror',e=>console.log(name,'ERR',e.stack));
 await p.goto(url);
 await p.waitForSelector('.pane.right[data-phase=live]',{timeout:8000}).catch(e=>console.log(String(e).slice(0,200)));
 for (const [i,t] of ['Morning. Level at gate two is 1.42 m.','Good. I see it too.','Anything in the screen?'].entries()){const s=i%2?'.right':'.left';await p.fill(s+' input',t);await p.press(s+' input','Enter');await p.waitForFunction(t=>[...document.querySelectorAll('.pane .text')].filter(e=>e.textContent===t).length>=2,t)}
 await p.screenshot({path:`${out}/${name}-1.png`});
 await p.click('.right .cut');
 for(let i=0;i<(name==='dark'?14:5);i++){await p.fill('.left input','While Bob is away, line '+(i+1));await p.press('.left input','Enter');await p.waitForFunction(t=>[...document.querySelectorAll('.left .text')].some(e=>e.textContent===t),'While Bob is away, line '+(i+1))}
 await p.waitForFunction(()=>document.getElementById('verdict').dataset.verdict==='behind');
 await p.screenshot({path:`${out}/${name}-2.png`});
 await p.click('.right .cut');
 await p.waitForFunction(()=>document.getElementById('verdict').dataset.verdict==='same');
 await p.waitForFunction(()=>document.getAnimations().every(a=>a.playState!=='running'));
 await p.screenshot({path:`${out}/${name}-3.png`});
 console.log(name, await p.textContent('#verdict'), await p.textContent('.right .group.caught-up'));
 await c.close();
}
await b.close();
