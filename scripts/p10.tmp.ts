import fs from "node:fs"; import path from "node:path";
import {Model} from "./assure/circuits/model"; import {Deletion} from "./assure/circuits/deletion"; import {mutateSingles,mutatePairs} from "./assure/circuits/mutation";
import {sourceOf} from "./assure/circuits/cases/target"; import {harvest,templatesIn} from "./assure/circuits/cases/harvest"; import {WHOLE,WHOLE_SOURCE,validBatches,invalidBatches} from "./assure/circuits/cases/whole";
const only=process.argv[2];
(async()=>{
const now=()=>process.cpuUsage().user/1e3|0;
let t=now(); const m=await Model.of("assure-Batch",WHOLE_SOURCE); console.log("model",now()-t); t=now();
const good=validBatches(m); console.log("valid",good.length,good.map(b=>b.evaluation.violated.size).join(),now()-t); t=now();
const bad=invalidBatches().map(i=>m.evaluate(i)); console.log("invalid",bad.length,bad.map(b=>b.evaluation.violated.size).join(),now()-t);
if(only!=="batch"){
const files=new Map<string,string>(); for(const f of fs.readdirSync("circuits/batch")) for(const n of templatesIn(path.resolve("circuits/batch",f))) if(["Transfer","Withdraw","Open","OpenTo","Header","SignedWord","SignedSlot","DepositWords","Deposit","QueueSlot"].includes(n)) files.set(n,"batch/"+f);
for(const h of harvest(m,[...good,...bad],files)){
  if(only && !h.call.startsWith(only)) continue;
  const mm=await Model.of("assure-"+h.template,sourceOf(h)); const bases=h.inputs.map(i=>mm.evaluate(i));
  t=now(); const gb=bases.filter(b=>b.evaluation.violated.size===0);
  const sv=new Map<string,number>();
  for(const b of gb) for(const [n,r] of [["single",mutateSingles(mm,b)],["pair",mutatePairs(mm,b)]] as any) for(const s of r.survivors){const k=n+" "+s.verdict+" "+s.different.map((v:any)=>mm.variables[v].signal).map((x:any)=>x.template+"."+x.local).join(" , "); sv.set(k,(sv.get(k)??0)+1);}
  const tm=now()-t; t=now();
  const d=new Deletion(mm,bases); const c:any={wrong:0,free:0,implied:0}; const lines=new Map<string,number>(); let skip=0;
  for(let j=0;j<mm.system.wires.length;j++){const e=mm.equations[j]; const deep=(e?.component??"").split(".").length>2; const big=mm.system.wires.length>300;
   if (mm.system.wires.length>3000 && deep) {skip++; continue;}
   const f=d.find(j,{insist:!(big&&deep)}); c[f]++; if(f==="implied"||(f==="free"&&!deep)){ const k=f+" "+e?.template+" "+e?.at.file+":"+e?.at.line+" ["+mm.variablesIn(j).map(v=>mm.variables[v].signal.local.replace(/\d+/g,"i")).join(" ")+"]"; lines.set(k,(lines.get(k)??0)+1);} }
  console.log(h.call,mm.system.wires.length,"skip",skip,"bases",bases.map(b=>b.evaluation.violated.size).join(),JSON.stringify(c),"mut",tm,"del",now()-t); for(const [k,v] of lines) console.log("   ",v,k); for(const [k,v] of sv) console.log("   ",v,k);
}} else {
  t=now(); const sv=new Map<string,number>();
  for(const b of good) for(const [n,r] of [["single",mutateSingles(m,b)],["pair",mutatePairs(m,b)]] as any) for(const s of r.survivors){const k=n+" "+s.verdict+" "+s.different.map((v:any)=>m.variables[v].signal).map((x:any)=>x.template+"."+x.local).join(" , "); sv.set(k,(sv.get(k)??0)+1);}
  console.log("mut",now()-t); for(const [k,v] of sv) console.log("   ",v,k);
  t=now(); const d=new Deletion(m,[...good,...bad]); const c:any={wrong:0,free:0,implied:0}; const lines=new Map<string,number>(); const N=m.system.wires.length;
  for(let j=0;j<N;j++){const e=m.equations[j]; const f=d.find(j,{insist:false}); c[f]++; if(f==="implied"){ const k=f+" "+e?.template+" "+e?.at.file+":"+e?.at.line+" "+e?.component.replace(/_\d+_\d+/g,"")+" ["+m.variablesIn(j).map(v=>m.variables[v].signal.local).join(" ")+"]"; lines.set(k,(lines.get(k)??0)+1); console.log(k);} if(j%1000===0) console.log(j,JSON.stringify(c),now()-t); }
  console.log(JSON.stringify(c),now()-t);
}
})();
