//! `cargo xtask`
use xtask::machine::*;
fn main() -> anyhow::Result<()> {
    let lab = xtask::lab::Lab::open()?; lab.prepare(xtask::lab::Need::Daily, false)?;
    let t=std::time::Instant::now();
    let mut payload = Payload::default();
    if let Some(elf) = std::env::args().nth(1) { payload.file("guest", elf.as_ref())?; }
    let m = Machine::start(&lab, Options{ payload, cold: std::env::var_os("COLD").is_some(), listener: Some(Box::new(|e| println!("{:?} {}: {}", e.at, e.source, e.text))), ..Options::default()})?;
    println!("up {:?}", t.elapsed());
    for l in std::io::stdin().lines() { let l=l?; if l=="create" {
      let mut c = GuestConfig::new("guest","/payload/guest"); c.connectors.clear();
      let g = m.create(&c)?; println!("created {} {:?}", g.domid(), t.elapsed());
      println!("{:?} {:?}", g.wait_shutdown(std::time::Duration::from_secs(20)), t.elapsed()); g.destroy()?; continue }
      let o = m.run(&l)?; println!("{:?} {}\n{}", t.elapsed(), o.status, o.text); }
    Ok(())
}
