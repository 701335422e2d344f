import {Model} from "./assure/circuits/model"; import {Deletion} from "./assure/circuits/deletion"; 
import {sourceOf} from "./assure/circuits/cases/target"; import {harvest} from "./assure/circuits/cases/harvest"; import {WHOLE_SOURCE,validBatches} from "./assure/circuits/cases/whole";
(async()=>{
const m=await Model.of("assure-Batch",WHOLE_SOURCE); const good=validBatches(m);
const [h]=harvest(m,good,new Map([["QueueSlot","batch/queueSlot.circom"]]));
const mm=await Model.of("assure-QueueSlot",sourceOf(h)); const bases=h.inputs.map(i=>mm.evaluate(i));
const nm=(c:number)=>{const e=mm.equations[c]; return e?.template+":"+e?.at.line+"["+mm.variablesIn(c).map(v=>mm.variables[v].signal.name.replace("main.","")).join(" ")+"]";};
for (const b of bases) console.log(h.inputs.length, "executed", b.values[mm.variables.findIndex(v=>v.signal.name==="main.words.executed")],"isDep", b.values[mm.variables.findIndex(v=>v.signal.name==="main.words.isDeposit")]);
for(let j=0;j<mm.system.wires.length;j++){ const e=mm.equations[j]; if(!(e?.template==="IsZero"&&e.at.line===92)) continue; 
 const vs=mm.variablesIn(j).map(v=>mm.variables[v].signal.name); if(!vs.some(n=>n.includes("local"))) continue;
 console.log("DEL",nm(j));
 const inv=mm.variables.findIndex(v=>v.signal.name.startsWith(mm.equations[j]!.component)&&v.signal.local==="inverse");
 for(const b of bases){ const ch=mm.follow(b,new Map([[inv,0n]])).changed; const vi=b.evaluation.violatedBy(mm.changesOf(ch)); console.log(" leaf inverse=0:",ch.size,vi.map(nm));
   if(vi.length===2){ const ex=mm.variables.findIndex(v=>v.signal.name==="main.words.executed"); const ch2=mm.follow(b,new Map([[inv,0n],[ex,0n]])).changed; const vi2=b.evaluation.violatedBy(mm.changesOf(ch2)); console.log("   +executed=0:",ch2.size,vi2.map(nm)); }
 }
}
})();
