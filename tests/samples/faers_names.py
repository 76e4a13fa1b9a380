"""The medicines and reactions of the generated FAERS quarters: names only, most often used first."""

# Generic name, brand name (empty: reported by its generic name only).
MEDICINES = tuple(
    (name, brand)
    for name, _, brand in (
        line.partition("/")
        for line in """
pembrolizumab/KEYTRUDA|nivolumab/OPDIVO|ipilimumab/YERVOY|methotrexate/|adalimumab/HUMIRA|prednisone/
etanercept/ENBREL|dupilumab/DUPIXENT|lenalidomide/REVLIMID|rituximab/RITUXAN|secukinumab/COSENTYX
atezolizumab/TECENTRIQ|dabrafenib/TAFINLAR|trametinib/MEKINIST|vemurafenib/ZELBORAF|cobimetinib/COTELLIC
encorafenib/BRAFTOVI|binimetinib/MEKTOVI|tofacitinib/XELJANZ|ustekinumab/STELARA|palbociclib/IBRANCE
ibrutinib/IMBRUVICA|carboplatin/|paclitaxel/|docetaxel/TAXOTERE|cisplatin/|fluorouracil/|oxaliplatin/ELOXATIN
bevacizumab/AVASTIN|trastuzumab/HERCEPTIN|cetuximab/ERBITUX|durvalumab/IMFINZI|avelumab/BAVENCIO
cemiplimab/LIBTAYO|relatlimab/OPDUALAG|temozolomide/TEMODAR|dacarbazine/|doxorubicin/|cyclophosphamide/
gemcitabine/GEMZAR|pemetrexed/ALIMTA|imatinib/GLEEVEC|nilotinib/TASIGNA|dasatinib/SPRYCEL|erlotinib/TARCEVA
osimertinib/TAGRISSO|sunitinib/SUTENT|sorafenib/NEXAVAR|pazopanib/VOTRIENT|cabozantinib/CABOMETYX
lenvatinib/LENVIMA|everolimus/AFINITOR|axitinib/INLYTA|olaparib/LYNPARZA|niraparib/ZEJULA|enzalutamide/XTANDI
abiraterone/ZYTIGA|letrozole/FEMARA|anastrozole/ARIMIDEX|tamoxifen/|fulvestrant/FASLODEX|ribociclib/KISQALI
abemaciclib/VERZENIO|venetoclax/VENCLEXTA|azacitidine/VIDAZA|bortezomib/VELCADE|carfilzomib/KYPROLIS
daratumumab/DARZALEX|pomalidomide/POMALYST|ruxolitinib/JAKAFI|isotretinoin/ACCUTANE|acitretin/SORIATANE
apremilast/OTEZLA|ixekizumab/TALTZ|guselkumab/TREMFYA|risankizumab/SKYRIZI|tildrakizumab/ILUMYA
brodalumab/SILIQ|omalizumab/XOLAIR|upadacitinib/RINVOQ|abrocitinib/CIBINQO|baricitinib/OLUMIANT
tacrolimus/PROTOPIC|pimecrolimus/ELIDEL|clobetasol/|betamethasone/|imiquimod/ALDARA|ingenol mebutate/PICATO
vismodegib/ERIVEDGE|sonidegib/ODOMZO|doxycycline/|minocycline/|terbinafine/LAMISIL|aciclovir/ZOVIRAX
valaciclovir/VALTREX|famciclovir/FAMVIR|sargramostim/LEUKINE|filgrastim/NEUPOGEN|pegfilgrastim/NEULASTA
interferon alfa-2b/INTRON A|aldesleukin/PROLEUKIN|denosumab/XGEVA|zoledronic acid/ZOMETA|ondansetron/ZOFRAN
dexamethasone/|hydrocortisone/|metformin/|lisinopril/|amlodipine/NORVASC|atorvastatin/LIPITOR
levothyroxine/SYNTHROID|omeprazole/PRILOSEC|acetaminophen/TYLENOL|ibuprofen/ADVIL|gabapentin/NEURONTIN
oxycodone/OXYCONTIN|apixaban/ELIQUIS|rivaroxaban/XARELTO|enoxaparin/LOVENOX|mycophenolate/CELLCEPT
""".replace("\n", "|").split("|")
        if line
    )
)

REACTIONS = tuple(
    name
    for name in """
Drug ineffective|Fatigue|Nausea|Diarrhoea|Pyrexia|Rash|Headache|Death|Pruritus|Vomiting|Dyspnoea|Arthralgia
Malignant neoplasm progression|Asthenia|Dizziness|Pain|Off label use|Pneumonia|Malaise|Decreased appetite
Weight decreased|Cough|Myalgia|Chills|Pain in extremity|Abdominal pain|Constipation|Injection site pain
Anaemia|Alopecia|Neutropenia|Insomnia|Oedema peripheral|Hypertension|Back pain|Fall|Influenza like illness
Urticaria|Erythema|Infection|Sepsis|Dehydration|Pneumonitis|Colitis|Thrombocytopenia|Febrile neutropenia
Hypotension|Hypothyroidism|Injection site erythema|Product dose omission issue|Neuropathy peripheral
Muscle spasms|Feeling abnormal|Stomatitis|Anxiety|Depression|Dry skin|Psoriasis|Acute kidney injury|Tremor
Oropharyngeal pain|Syncope|Paraesthesia|Lymphadenopathy|Palpitations|Chest pain|Blood pressure increased
Vision blurred|Injection site swelling|Urinary tract infection|Nasopharyngitis|COVID-19|Influenza|Cellulitis
Deep vein thrombosis|Hyperhidrosis|Pulmonary embolism|Hypersensitivity|Hepatic function abnormal
Alanine aminotransferase increased|Aspartate aminotransferase increased|Somnolence|Dysphagia|Weight increased
Abdominal discomfort|Dyspepsia|Dry mouth|Musculoskeletal stiffness|Joint swelling|Injection site reaction
Injection site pruritus|Skin exfoliation|Blister|Skin ulcer|Eczema|Dermatitis|Photosensitivity reaction
Hyperglycaemia|Hyponatraemia|Hypokalaemia|Renal failure|Hepatitis|Autoimmune hepatitis|Adrenal insufficiency
Hypophysitis|Hyperthyroidism|Thyroiditis|Myocarditis|Myasthenia gravis|Encephalitis|Type 1 diabetes mellitus
Vitiligo|Skin depigmentation|Oral herpes|Herpes zoster|Herpes simplex|Herpes virus infection
Ophthalmic herpes simplex|Bronchitis|Sinusitis|Tuberculosis|Upper respiratory tract infection|Wound infection
Impaired healing|Injection site cellulitis|Injection site necrosis|Contusion|Injection site haemorrhage
Haemorrhage|Epistaxis|Rectal haemorrhage|Haematochezia|Haematuria|Cerebrovascular accident
Myocardial infarction|Atrial fibrillation|Cardiac failure|Tachycardia|Pleural effusion|Respiratory failure
Interstitial lung disease|Hypoxia|Pancreatitis|Intestinal obstruction|Intestinal perforation|Ascites|Jaundice
Cholestasis|Blood bilirubin increased|Blood creatinine increased|White blood cell count decreased
Platelet count decreased|Haemoglobin decreased|Pancytopenia|Leukopenia|Bone pain|Arthritis
Rheumatoid arthritis|Gait disturbance|Muscular weakness|Seizure|Confusional state|Memory impairment|Tinnitus
Hypoaesthesia|Dysgeusia|Migraine|Peripheral swelling|Swelling face|Angioedema|Anaphylactic reaction
Erythema multiforme|Stevens-Johnson syndrome|Pemphigoid|Acne|Hot flush|Night sweats|Tumour pain
Metastases to liver|Metastases to central nervous system|Disease progression|Malignant melanoma
Basal cell carcinoma|Squamous cell carcinoma|Hospitalisation|Product storage error|Incorrect dose administered
Accidental exposure to product|Needle issue|Eye pain|Dry eye|Uveitis|Conjunctivitis|Cataract
Glomerulonephritis|Vasculitis|Tooth disorder|Gastrooesophageal reflux disease|Flatulence|Mucosal inflammation
Herpes simplex encephalitis|Product use issue|Illness
""".replace("\n", "|").split("|")
    if name
)

# What is reported more often with some medicines than with others.
TYPICAL = {
    "pembrolizumab": ("Pneumonitis", "Colitis", "Hypothyroidism", "Adrenal insufficiency", "Vitiligo", "Myocarditis"),
    "nivolumab": ("Colitis", "Pneumonitis", "Hypothyroidism", "Hypophysitis", "Type 1 diabetes mellitus"),
    "ipilimumab": ("Colitis", "Hypophysitis", "Diarrhoea", "Autoimmune hepatitis", "Rash"),
    "dabrafenib": ("Pyrexia", "Chills", "Pyrexia"),
    "trametinib": ("Pyrexia", "Rash", "Chills"),
    "vemurafenib": ("Photosensitivity reaction", "Arthralgia", "Squamous cell carcinoma"),
    "adalimumab": ("Injection site pain", "Injection site erythema", "Psoriasis", "Herpes zoster"),
    "etanercept": ("Injection site pain", "Injection site reaction", "Rheumatoid arthritis"),
    "dupilumab": ("Conjunctivitis", "Dry eye", "Oral herpes", "Injection site pain"),
    "lenalidomide": ("Deep vein thrombosis", "Neutropenia", "Constipation"),
    "tofacitinib": ("Herpes zoster", "Pulmonary embolism", "Pneumonia"),
    "upadacitinib": ("Acne", "Herpes zoster", "Oral herpes"),
    "isotretinoin": ("Dry skin", "Depression", "Arthralgia"),
    "aldesleukin": ("Hypotension", "Chills", "Pyrexia"),
    "imiquimod": ("Erythema", "Influenza like illness", "Blister"),
}

PRODUCT = "talimogene laherparepvec"
PRODUCT_REACTIONS = (
    ("Pyrexia", "Chills", "Fatigue"),
    ("Influenza like illness",),
    ("Injection site pain", "Pyrexia"),
    ("Oral herpes",),
    ("Chills", "Nausea", "Vomiting"),
    ("Injection site cellulitis", "Pyrexia"),
    ("Vitiligo",),
    ("Fatigue", "Headache"),
    ("Herpes simplex", "Injection site pain"),
    ("Disease progression", "Fatigue"),
    ("Pyrexia", "Syncope"),
    ("Influenza like illness", "Myalgia"),
    ("Cellulitis",),
    ("Lymphadenopathy", "Chills"),
    ("Deep vein thrombosis",),
)
