package dev.backbench.reports.charts;
import java.nio.file.*; import java.util.*; import org.knowm.xchart.*; import dev.backbench.reports.*;
class Demo { public static void main(String[] a) throws Exception {
 var pts = List.of(new TradeOff.Point("gcc:O0",0.12,0.1,0.14,0.4,0.35,0.45,true),new TradeOff.Point("gcc:O2",0.04,0.035,0.042,0.97,0.94,1.0,true),new TradeOff.Point("llvm:O0",0.32,0.3,0.33,0.38,0.36,0.4,true),new TradeOff.Point("llvm:O1",0.05,0.045,0.053,0.9,0.88,0.92,true),new TradeOff.Point("llvm:O2",0.032,0.03,0.033,1,1,1,true),new TradeOff.Point("jvm",1.1,0.9,1.3,0.3,0.28,0.32,false));
 save(new TradeOffChart(pts,"llvm:O2",860,520),"tradeoff");
 Map<String,Map<String,Double>> parts=new LinkedHashMap<>(); 
 for (var p: pts) { Map<String,Double> m=new LinkedHashMap<>(); double t=1000/p.x(); m.put("translate",t*0.1);m.put("optimise",t*0.4);m.put("select+allocate+emit",t*0.4);m.put("other",t*0.1); parts.put(p.backend(),m);} 
 save(new StackedChart(new RunData.Split(parts,12),1000,"compile time, s by MB of code section",860,420),"phases");
 }
 static void save(org.knowm.xchart.internal.chartpart.Chart<?,?> c,String n) throws Exception { BitmapEncoder.saveBitmapWithDPI(c,"/tmp/cli/demo/"+n, BitmapEncoder.BitmapFormat.PNG,144); String s=Svg.of(c); Files.writeString(Path.of("/tmp/cli/demo/"+n+".svg"),s); System.out.println(n+" "+s.length()); }
}
