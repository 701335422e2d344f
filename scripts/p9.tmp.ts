import {Model} from "./assure/circuits/model"; import {Deletion} from "./assure/circuits/deletion"; import {mutateSingles,mutatePairs} from "./assure/circuits/mutation";
import {libTargets} from "./assure/circuits/cases/lib"; import {batchTargets} from "./assure/circuits/cases/batch"; import {sourceOf} from "./assure/circuits/cases/target";
const only=process.argv[2];
(async()=>{
for(const tg of [...libTargets(),...batchTargets()]){
  if(only && !tg.call.includes(only)) continue;
  const t0=process.cpuUsage().user; const m=await Model.of("assure-"+tg.template,sourceOf(tg));
  const good=tg.valid.map(i=>m.evaluate(i)), bad=(tg.invalid??[]).map(i=>m.evaluate(i));
  const t1=process.cpuUsage().user;
  const sv=new Map<string,number>();
  for(const b of good) for(const [n,r] of [["single",mutateSingles(m,b)],["pair",mutatePairs(m,b)]] as any) for(const s of r.survivors){const k=n+" "+s.verdict+" "+s.changes.map((c:any)=>m.variables[m.at(c.wire)].signal).map((x:any)=>x.template+"."+x.local).join(" , "); sv.set(k,(sv.get(k)??0)+1);}
  const t2=process.cpuUsage().user;
  const d=new Deletion(m,[...bad,...good]); const c:any={wrong:0,free:0,implied:0}; const lines=new Map<string,number>();
  let skip=0;
  for(let j=0;j<m.system.wires.length;j++){const e=m.equations[j]; 
   const deep=(e?.component??"").split(".").length>2; const big=m.system.wires.length>300;
   if (m.system.wires.length>3000 && deep) {skip++; continue;}
   const f=d.find(j,{insist:!(big&&deep)}); c[f]++; if(f!=="wrong"){ const k=f+" "+e?.template+" "+e?.at.file+":"+e?.at.line+" ["+m.variablesIn(j).map(v=>m.variables[v].signal.local.replace(/\d+/g,"i")).join(" ")+"]"; lines.set(k,(lines.get(k)??0)+1);} }
  const t3=process.cpuUsage().user;
  console.log(tg.call.slice(0,40),m.system.wires.length,"skip",skip,"good",good.map(b=>b.evaluation.violated.size).join(),"bad",bad.map(b=>b.evaluation.violated.size).join(),JSON.stringify(c),"model",(t1-t0)/1e3|0,"mut",(t2-t1)/1e3|0,"del",(t3-t2)/1e3|0); for(const [k,v] of lines) console.log("   ",v,k); for(const [k,v] of sv) console.log("   ",v,k);
}})();
