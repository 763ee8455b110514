"""Words that decide whether a capital makes a name of a word: municipalities that are common words, small words, titles (pure)."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON: Final = _words(
    """
    alver aure berg bø drammen eid eide fet fjell fjord flora flå førde gran grane grue halsa hamar hareid heim hof hol hole hå innlandet kinn
    klepp kvam leka lier lom loppa lund lyngen marker meland mandal moss nes nesset odda os osen rana re rossen rosse rygge råde røst sande
    sauda sel selje ski skien skaun sola stad stange stokke strand stranda stryn sula sund time tinn tokke torsken valle vang vega vik viken volda
    våler øyer øygarden ål ås åmot åsnes raane
    """
)
"""Names of municipalities and counties that are words of the language too, in small letters."""

SMALL: Final = _words(
    """
    alle alt altså andre at av bare begge bl ble blei blir ble bør både da dei den denne der dermed derfor desse det dette disse du då eg ei ein eit
    eller en ene enn er et etter for fordi fra frå følgelig før gjennom gjerne ha hadde han har hennar hennes her hjå ho hos hun hva hvem hver hvis
    hvor hvordan hvorfor hverken i ifølge ikke ikkje imellom imens imot inn innan innen innenfor ja jeg jf jfr kan korkje kor korleis kva kven kvifor
    kvar man med medan mellom men mens mot må nei no noe noen noko nokon nå når nær og også om ordet over overfor på rundt sidan siden sin sitt skal
    skulle slik slikt som så særleg særlig sånn til tidlegare tidligere tilbake trass tross under utan uten utanfor utenfor utover var ved verken
    derimot dersom dessuten deretter difor etterpå ettersom framleis fremdeles heller imidlertid kanskje likevel lenger lengre neste
    samtidig samstundes seinare senere sannsynligvis tidvis totalt trolig trulig uansett underveis undervegs vanligvis
    partene partane saka saken tiltaket tvisten avtalen avtala opphaldet oppholdet barnets barnet ungdommen
    vert vi videre vidare vil ville viser visst vår å åleine
    """
)
"""Small words that begin sentences: what stands after them is no surname."""

TITLES: Final = _words(
    """
    advokat advokatfullmektig barnevernleder barnevernleiar barnevernsjef barnevernslederen barnevernkonsulent byrådssekretær direktør fagsjef
    fosterfar fosterforeldrene fosterforeldra fostermor fru fullmektig fullmektigen herr jurist juristen kommunalsjef kommuneadvokat kommunedirektør
    konsulent kontaktperson konstituert lege legen leder leiar lærer lærar miljøterapeut overlege politibetjent professor psykolog psykologspesialist
    ordfører ordførar regiondirektør rektor representanten rådgiver rådgivar rådgiveren rådgivaren rådmann saksbehandler saksbehandlar saksbehandleren
    saksbehandlaren sakkyndig seksjonsleder seksjonsleiar seniorrådgiver seniorrådgivar sjefen sosialkurator sosionom sosionomen spesialist
    teamleder teamleiar tilsynsfører tilsynsførar vernepleier vernepleiar verge vitnet vitnene avdelingsleder avdelingsleiar barnepsykolog faren moren
    mora tante onkel bestemor bestefar mormor morfar farmor farfar søster bror
    """
)
"""What stands before the name of a person."""

BODIES: Final = _words(
    """
    ambulante barn barna barneombudet barnevernet barnevernsreformen barnevernsvakta barnevernsvakten barneverntjenesten barnevernstjenesten
    barnevernstenesta barneverntenesta bufdir bufetat bup btn brukerombudet dps fagteam familievernkontoret fylkesmannen fylkesnemnda habiliteringen
    helse kommune kommunen kommunene kommunane ks legevakta legevakten nav nemnda politiet ppt region regionen sjukehuset skatteetaten staten
    statsforvalteren statsforvaltaren sykehuset tingrett lagmannsrett universitetssjukehuset universitetssykehuset utekontakten voksenhabiliteringen
    """
)
"""Bodies that stand right before the name of a place: "NAV Vik", "BUP Voss"."""

WITH_CAPITAL: Final = _words(
    """
    barne barnekonvensjonen bokmål bydel den departementet direktoratet dok dokument domstolene emk europarådet familiedepartementet
    familiedirektoratet familieetaten fn fylkeskommunen grunnloven grunnlova gud helsedepartementet helsedirektoratet høgsterett høyesterett innst
    interesseorganisasjon justisdepartementet kommunaldepartementet kommunenes kommunesektorens kravpost lovavdelingen lovavdelinga menneskerettsdomstolen
    merknad midt-norge motparten nemnd nemndas nord nordisk norden noreg norge norges norsk nou nynorsk ot påstand prop prp regjeringa
    regjeringen riksrevisjonen rt rundskriv sak sivilombudet sivilombodet sivilrettsforvaltning sivilrettsforvaltninga slutning spørsmål staten
    statens stortinget sør tabell tvist tvisteløsningsnemnd tvisteløysingsnemnda tvisteløsningsnemnda ungdoms utdrag utdraget vedlegg vest øst
    as asperger aspergers ba down downs hf meld sa st tourette tourettes universitetet universitet
    barnevernsloven barnevernlova barnevernslova barnevernloven
    """
)
"""Words that are written with a capital without naming anybody, in small letters."""

ABBREVIATIONS: Final = _words(
    "jf jfr bl ca nr kl pkt kap f eks dvs mv m a s t ev evt inkl ift mht pga vedr tlf st gml adv dr jur kr mill"
)
"""Before a full stop that ends no sentence."""
