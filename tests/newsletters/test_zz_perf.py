import time, random
from datetime import timedelta
from sqlalchemy import insert, select, text, func
from campaign import clock, db
from campaign.newsletters import cap, recipients, standing, who, segment_rules
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import Recipient
from campaign.newsletters.segment_rules import Condition, Kind, Rule
from campaign.pledges.models import Signature
from campaign.supporters.models import Supporter
from campaign.mail import Letter
from tests.newsletters import crowd
N=200_000
def test_perf(site):
    crowd.furnish(site)
    dice=random.Random(1)
    with site.inside(), db.writing() as s:
        now=clock.now()
        for b in range(0,N,10000):
            s.execute(insert(Supporter),[{"id":i,"mailbox":f"p{i}@example.org","email":f"p{i}@example.org","language":dice.choice(["en","es","th","ko"]),"subscribed":True,"added_at":now,"confirmed_at":now} for i in range(b+1,b+10001)])
            s.execute(insert(Signature),[{"pledge_id":1+i%2,"supporter_id":i,"place":1,"name":"S","name_key":"s","area":"X","area_key":dice.choice(["longbeach","losangeles","torrance","90027"]),"language":"en","code_id":dice.choice([None,1,2,3]),"signed_at":now,"confirmed_at":now} for i in range(b+1,b+10001)])
        s.add(Newsletter(id=1,slug="a",title="A",added_at=now,changed_at=now)); s.add(Newsletter(id=2,slug="b",title="B",added_at=now,changed_at=now)); s.flush()
    with site.inside(), db.writing() as s:
        if not db.database().sqlite: s.execute(text("analyze"))
    from sqlalchemy.dialects import postgresql
    with site.inside(), db.writing() as s:
        s.execute(text("SET LOCAL statement_timeout=0"))
        t=time.perf_counter(); n=len(s.execute(who.choose(Rule())).all()); print("select",n,time.perf_counter()-t)
        import campaign.newsletters.recipients as r
        seen=[]
        orig=s.execute
        s.execute=lambda st,*a,**k: (seen.append(st), orig(text("select 1")))[1]
        recipients.build(1, who.choose(Rule()))
        s.execute=orig
        q=str(seen[0].compile(dialect=postgresql.dialect(),compile_kwargs={"literal_binds":True}))
        for row in s.execute(text("EXPLAIN (ANALYZE, VERBOSE OFF) "+q.replace(":","\\:"))): print("PLAN",row[0])
